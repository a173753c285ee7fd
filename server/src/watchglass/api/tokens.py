"""/api/v1/traces/{trace_id}/spans/{span_id}/tokens: the tokens of an answer, and how sure the model was of each."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import Project
from watchglass.api.paging import AskedReader
from watchglass.api.traces import SpanId, TraceId
from watchglass.query.tokens import find_tokens

router = APIRouter(prefix="/api/v1", tags=["traces"])


class AlternativeEntry(BaseModel):
    """A token that could have stood at a place."""

    text: str = Field(description="Its text")
    surprisal_nats: float = Field(description="Its negative logprob, in nats")


class TokenEntry(BaseModel):
    """One token."""

    text: str = Field(description="Its text, as the client sent it")
    surprisal_nats: float = Field(description="Its negative logprob, in nats; 0 is certain, at most 65.535")
    entropy_nats: float | None = Field(
        description="Entropy of the choice at its place, in nats, a lower bound; null where no alternatives were sent"
    )
    alternatives: list[AlternativeEntry] = Field(
        description="The likeliest tokens at its place, itself perhaps among them, likeliest first"
    )


class TokenPage(BaseModel):
    """Tokens of an answer."""

    total: int = Field(description="Tokens kept of the answer, at most 8,192; 0 where the client sent no logprobs")
    perplexity: float | None = Field(description="e to the mean surprisal of all tokens; null where it is not known")
    mean_entropy_nats: float | None = Field(description="Mean entropy of all tokens, in nats; null where it is not known")
    tokens: list[TokenEntry]


@router.get("/traces/{trace_id}/spans/{span_id}/tokens")
def get_tokens(
    reader: AskedReader,
    project: Project,
    trace_id: TraceId,
    span_id: SpanId,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Tokens to pass over")] = 0,
    limit: Annotated[int, Query(ge=1, le=2000, description="Most tokens of the answer")] = 500,
) -> TokenPage:
    """List the tokens of a span's answer in order, where its client sent their logprobs."""
    return TokenPage(**asdict(find_tokens(reader, project, trace_id, span_id, offset, limit)))
