"""What a failed call tells: whether the request can have reached the other side."""

from collections.abc import Iterator


def never_left(fault: BaseException) -> bool:
    """Whether no connection came about, so that nothing can have been sent.

    The SDKs wrap the faults of their HTTP clients, some of them as text; so the whole chain is read.
    """
    return any(
        type(one).__name__ in ("ConnectTimeout", "ConnectTimeoutError", "NewConnectionError", "ConnectError")
        or isinstance(one, ConnectionRefusedError)
        or "NewConnectionError" in str(one)
        or "ConnectTimeoutError" in str(one)
        for one in _chain(fault)
    )


def _chain(fault: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [fault]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "inner_exception", None), *one.args)
        waiting.extend(each for each in inner if isinstance(each, BaseException))
