"""Replace invalid UTF-8 in a serialised protobuf message, so that the rest of it survives."""

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message


def repair_utf8(body: bytes, kind: type[Message]) -> bytes:
    """Return `body` with every string field made valid UTF-8; broken bytes become U+FFFD.

    Args:
        body: A serialised message.
        kind: The message's class.

    Returns:
        The serialised message; the body itself where it cannot be read at all.
    """
    descriptor = kind.DESCRIPTOR
    message = _bytes_twin(descriptor.full_name, descriptor.file.name)()
    try:
        message.ParseFromString(body)
    except DecodeError:
        return body
    _repair(message, descriptor)
    return message.SerializeToString()


@cache
def _bytes_twin(full_name: str, file_name: str) -> type[Message]:
    """The same message with its string fields declared bytes; the two are the same on the wire."""
    pool = descriptor_pool.DescriptorPool()

    def add(name: str) -> None:
        proto = descriptor_pb2.FileDescriptorProto()
        descriptor_pool.Default().FindFileByName(name).CopyToProto(proto)
        for dependency in proto.dependency:
            add(dependency)
        stack = list(proto.message_type)
        while stack:
            message = stack.pop()
            stack.extend(message.nested_type)
            for field in message.field:
                if field.type == descriptor_pb2.FieldDescriptorProto.TYPE_STRING:
                    field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
        pool.Add(proto)

    add(file_name)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(full_name))


def _repair(message: Message, descriptor: Any) -> None:
    """Walk the message beside its real descriptor and mend the fields that really are strings."""
    stack: list[tuple[Message, Any]] = [(message, descriptor)]
    while stack:
        current, shape = stack.pop()
        for field, value in current.ListFields():
            real = shape.fields_by_name[field.name]
            if real.type == FieldDescriptor.TYPE_MESSAGE:
                items = value if field.is_repeated else [value]
                stack.extend((item, real.message_type) for item in items)
            elif real.type == FieldDescriptor.TYPE_STRING:
                if field.is_repeated:
                    value[:] = [_valid(item) for item in value]
                else:
                    setattr(current, field.name, _valid(value))


def _valid(text: bytes) -> bytes:
    return text.decode("utf-8", errors="replace").encode()
