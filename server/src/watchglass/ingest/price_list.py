"""What genai-prices knows: from the names that spans carry to prices over time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache

from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TimeOfDateConstraint

from watchglass.ingest.price_formula import build_formula
from watchglass.ingest.price_schedule import ALWAYS, DAY_NS, Period, Schedule, Step

SOURCE = "genai-prices"

MAX_NAME_LENGTH = 200
"""Longer names are no model's."""

ALIASES = {
    "aws.bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure-openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "azureopenai": "azure",
    "fireworks_ai": "fireworks",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "togetherai": "together",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "z_ai": "zai",
}
"""Values of gen_ai.provider.name, and of what preceded it, that genai-prices does not know or takes for another."""

SELF_HOSTED = frozenset(
    ("huggingface_local", "llama.cpp", "llama_cpp", "llamacpp", "lm_studio", "lmstudio", "local", "localai", "mlx",
     "ollama", "sglang", "tgi", "transformers", "triton", "vllm")
)  # fmt: skip
"""Who runs the model; what others ask for a model of that name is not what it costs there."""


def find_schedule(provider_name: str, model: str) -> Schedule:
    """Return the prices of a model, empty when the list has none.

    A provider that the list does not know, or none, is passed over when the model's name alone says whose it is.

    Args:
        provider_name: As the column provider_name.
        model: As the column model.
    """
    if not model or len(model) > MAX_NAME_LENGTH or len(provider_name) > MAX_NAME_LENGTH:
        return ()
    name = provider_name.strip().lower()
    if name in SELF_HOSTED:
        return ()
    if name == "litellm" and "/" in model:  # its models are written provider/model
        before, after = model.split("/", 1)
        if find_provider(before.lower()):
            name, model = before.lower(), after
    provider = find_provider(name)
    found = provider.find_model(model, all_providers=_providers()) if provider else _find_by_model(model.lower())
    return _schedule(found) if found else ()


@lru_cache(maxsize=1024)
def find_provider(name: str) -> Provider | None:
    """Return the list's provider for a lower-case provider name, or None.

    Names such as `openai.chat` carry the product after a dot, so the part before it is tried too.
    """
    if not name:
        return None
    by_id = {provider.id: provider for provider in _providers()}
    for candidate in (name, name.split(".", 1)[0]):
        if provider := by_id.get(ALIASES.get(candidate, candidate)):
            return provider
    return find_provider_by_id(_providers(), name)


def _find_by_model(model: str) -> ModelInfo | None:
    """The model of that name, when just one provider claims names of its kind, or none does and just one sells it."""
    claimants = [it for it in _providers() if it.model_match is not None and it.model_match.is_match(model)]
    if len(claimants) > 1:
        return None
    sellers = [found for it in claimants or _providers() if (found := it.find_model(model))]
    return sellers[0] if len(sellers) == 1 else None


def _schedule(model: ModelInfo) -> Schedule:
    return tuple(Step(period, build_formula(price), SOURCE) for period, price in _prices(model))


def _prices(model: ModelInfo) -> Iterator[tuple[Period, ModelPrice]]:
    """A model's prices; the first also holds when none of them is in force."""
    if isinstance(model.prices, ModelPrice):
        yield ALWAYS, model.prices
        return
    for position, conditional in enumerate(model.prices):
        if position == 0:
            yield ALWAYS, conditional.prices
        yield _period(conditional.constraint), conditional.prices


def _period(constraint: StartDateConstraint | TimeOfDateConstraint | None) -> Period:
    if constraint is None:
        return ALWAYS
    if isinstance(constraint, StartDateConstraint):
        return Period(from_ns=(constraint.start_date - date(1970, 1, 1)).days * DAY_NS)
    return Period(day_start_ns=_time_of_day_ns(constraint.start_time), day_end_ns=_time_of_day_ns(constraint.end_time))


def _time_of_day_ns(value: time) -> int:
    """Nanoseconds from midnight UTC; a time without a zone is UTC."""
    if value.tzinfo is not None:
        value = datetime.combine(date(1970, 1, 1), value).astimezone(UTC).timetz()
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**9 + value.microsecond * 1000


def _providers() -> list[Provider]:
    return get_snapshot().providers
