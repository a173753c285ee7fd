"""What is promised of the model calls, read from YAML."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from watchglass.errors import InvalidInput
from watchglass.prometheus.label_sets import LABELS
from watchglass.prometheus.model_calls import DURATION_BOUNDS_S, FIRST_TOKEN_BOUNDS_S

DEFAULT_FILE = Path(__file__).with_name("objectives.yml")

_BOUNDS_S = {"latency": DURATION_BOUNDS_S, "first_token": FIRST_TOKEN_BOUNDS_S}

Label = Literal[
    "project", "service_name", "service_version", "gen_ai_provider_name", "gen_ai_operation_name", "gen_ai_response_model"
]
assert set(Label.__args__) == set(LABELS)  # type: ignore[attr-defined]


class Objective(BaseModel):
    """One promise.

    Attributes:
        name: Its name, which becomes a label.
        kind: What counts against it.
        target: Share of calls that keep it, 0 to 1; not for cost.
        threshold_s: What a call may take, seconds; for latency and first_token.
        budget_usd: What the whole window may cost, USD; for cost.
        by: Labels whose values are watched apart.
        where: Labels and the values that are watched; all without.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    kind: Literal["availability", "latency", "first_token", "cost"]
    target: float | None = Field(None, gt=0, lt=1)
    threshold_s: float | None = None
    budget_usd: float | None = Field(None, gt=0)
    by: tuple[Label, ...] = ()
    where: dict[Label, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        bounds_s = _BOUNDS_S.get(self.kind)
        needed = {"budget_usd"} if self.kind == "cost" else {"target", "threshold_s"} if bounds_s else {"target"}
        for name in ("target", "threshold_s", "budget_usd"):
            if (getattr(self, name) is None) == (name in needed):
                raise ValueError(f"{self.kind} {'needs' if name in needed else 'takes no'} {name}")
        if bounds_s and self.threshold_s not in bounds_s:
            raise ValueError(f"threshold_s must be a bound of a bucket: {', '.join(map(str, bounds_s))}")
        return self


class Objectives(BaseModel):
    """All promises.

    Attributes:
        window_days: How long a promise is counted over, days.
        objectives: Each with a name of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_days: int = Field(30, ge=7, le=365)
    objectives: tuple[Objective, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [objective.name for objective in self.objectives]
        if len(set(names)) < len(names):
            raise ValueError("each objective needs a name of its own")
        return self


def load_objectives(path: Path) -> Objectives:
    """Read objectives from a file.

    Raises:
        InvalidInput: It cannot be read as objectives; the field is where in the file.
        OSError: There is no such file, or it cannot be opened.
    """
    try:
        return Objectives.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput("objectives", f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "objectives"
        raise InvalidInput(field, str(first["msg"]).removeprefix("Value error, ")) from error
