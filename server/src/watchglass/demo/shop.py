"""The shop that the chatbot works for: its tools, one of which fails now and then."""

import json
import random
import time
from collections.abc import Mapping
from typing import Any

from openai.types.chat import ChatCompletionToolUnionParam

FAILING_RATIO = 0.35
"""How often the warehouse does not answer."""
STATES = (
    "The parcel left the warehouse yesterday.",
    "The parcel is with the carrier and arrives tomorrow.",
    "The order is being packed.",
    "The parcel has not moved for four working days.",
)


class ToolFailed(Exception):
    """A tool could not do its work."""


def _tool(name: str, description: str, properties: dict[str, Any]) -> ChatCompletionToolUnionParam:
    parameters: dict[str, object] = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


ORDER_ID = {"order_id": {"type": "string", "description": "Such as A-48213"}}
TOOLS = [
    _tool("track_parcel", "Where the parcel of an order is, and its tracking page", ORDER_ID),
    _tool("cancel_order", "Cancel an order that the customer no longer wants", ORDER_ID),
    _tool("check_payment", "Charges and invoices of an order on the customer's card", ORDER_ID),
    _tool("replace_item", "Send a new item for one that arrived torn or damaged", ORDER_ID),
]


def call_tool(name: str, arguments: Mapping[str, Any], draw: random.Random) -> str:
    """Do what a tool does, and return its result as JSON.

    Raises:
        ToolFailed: The warehouse did not answer in time.
    """
    time.sleep(draw.uniform(0.03, 0.25))
    order_id = arguments.get("order_id", "")
    if name == "track_parcel":
        if draw.random() < FAILING_RATIO:
            time.sleep(0.8)
            raise ToolFailed("the warehouse did not answer within 0.8 s")
        return json.dumps({"order_id": order_id, "state": draw.choice(STATES)})
    if name == "cancel_order":
        return json.dumps({"order_id": order_id, "cancelled": draw.random() < 0.6})
    if name == "check_payment":
        return json.dumps({"order_id": order_id, "charges": 1, "note": "The second one is a reservation of the bank."})
    return json.dumps({"order_id": order_id, "note": "A new item leaves the warehouse today."})
