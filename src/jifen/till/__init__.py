"""Floor 4: the till: bills in which points are spent and earned, and how a member is known there."""
