"""The terms that members read: written from what is promised, in Chinese and English, with changes marked."""
