"""`dataclass(frozen=True)` at a third of its price: mypy holds records frozen, Python does not.

A start makes about 160 of them, and dataclasses compiles six methods for a frozen one: 0.4 ms
each, 75 of the 200 ms that a small repository takes. Here it compiles the two to four that do
something, and an instance takes a third of the time to make, as its fields are simply set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses

    T = TypeVar("T")

    def dataclass(
        *, frozen: bool = False, eq: bool = True, order: bool = False, slots: bool = False
    ) -> Any:
        """As the one of the standard library, with what is used here of it."""

        def made(cls: type[T]) -> type[T]:
            # Without a text of its own, dataclasses writes a signature there: 0.1 ms.
            cls.__doc__ = cls.__doc__ or cls.__name__
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _repr
            return dataclasses.dataclass(
                cls, repr=False, eq=eq, order=order, slots=slots, unsafe_hash=frozen and eq
            )

        return made

    def _repr(self: Any) -> str:
        given = (f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
        return f"{type(self).__qualname__}({', '.join(given)})"
