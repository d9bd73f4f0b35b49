"""OTLP's JSON form, read into the messages of its protobuf form; what is not known is passed over."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from bosco.signals.wire import Broken

_DEEPEST = 40
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
}
_FLOATS = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}


def read_json(body: bytes, message: Any) -> Any:
    """Fill the message with what the JSON says; raises Broken where it is none."""
    try:
        told = msgspec.json.decode(body)
        _fill(message, told, 0)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError, OverflowError) as error:
        raise Broken(f"the body is not OTLP's JSON: {str(error)[:200]}") from None
    return message


@cache
def _fields(kind: Descriptor) -> Mapping[str, FieldDescriptor]:
    return {name: field for field in kind.fields for name in (field.name, field.camelcase_name)}


def _fill(message: Any, told: Any, depth: int) -> None:
    if not isinstance(told, dict):
        raise TypeError("an object belongs here")
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    fields = _fields(message.DESCRIPTOR)
    for name, value in told.items():
        field = fields.get(name)
        # Ids are hexadecimal here and of no use for figures.
        if field is None or value is None or field.type == FieldDescriptor.TYPE_BYTES:
            continue
        if not field.is_repeated:
            if field.message_type is not None:
                held = getattr(message, field.name)
                held.SetInParent()
                _fill(held, value, depth + 1)
            else:
                setattr(message, field.name, _single(field, value))
        elif not isinstance(value, list):
            raise TypeError(f"{name} is no list")
        elif field.message_type is not None:
            held = getattr(message, field.name)
            for one in value:
                _fill(held.add(), one, depth + 1)
        else:
            getattr(message, field.name).extend(_single(field, one) for one in value)


def _single(field: FieldDescriptor, value: Any) -> Any:
    # Whole numbers of 64 bits come as text or as numbers.
    if field.cpp_type in _INTEGERS:
        return value if isinstance(value, int) and not isinstance(value, bool) else int(value)
    if field.cpp_type in _FLOATS:
        # "NaN", "Infinity" and "-Infinity" are texts.
        return float(value)
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM and isinstance(value, str):
        named = field.enum_type.values_by_name.get(value) if field.enum_type else None
        return named.number if named else int(value)
    return value
