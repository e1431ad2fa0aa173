"""The stores of the merchant whose manager this is."""

from collections.abc import Sequence

from jifen.parties.programs import Store
from jifen.site.visit import Visit


def stores_of(visit: Visit) -> Sequence[Store]:
    """The merchant's own stores, by code."""
    own = visit.merchant.id
    return sorted(
        (store for store in visit.program.stores.values() if store.merchant.id == own),
        key=lambda store: store.code,
    )
