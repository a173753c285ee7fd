"""/api/v1/keys: who may send and ask; tokens are shown once and never again."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import Admin, Asker, Injected, bound_project
from watchglass.model.records import KeyScope
from watchglass.query.scope import format_time
from watchglass.store.control import keys as store

router = APIRouter(prefix="/api/v1", tags=["keys"])


class KeyEntry(BaseModel):
    """What is known of an API key; its token is not."""

    id: str = Field(description="Names the key; not a secret")
    name: str = Field(description="Name for people")
    project_id: str | None = Field(description="The one project that it opens; null for all")
    scopes: list[KeyScope] = Field(description="What it allows; admin includes the others")
    prefix: str = Field(description="The token's first characters, to recognise it")
    created_at: str = Field(description="When it was made, RFC 3339")
    revoked_at: str | None = Field(description="Since when it opens nothing, RFC 3339; null while it is good")
    last_used_at: str | None = Field(description="Last use to about a minute, RFC 3339; null when never used")


class KeyList(BaseModel):
    """Keys that the asker administers, newest first."""

    keys: list[KeyEntry]


class NewKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name for people, 1 to 200 characters")
    scopes: list[KeyScope] = Field(description="Some of ingest, read, edit, admin; admin includes the others")
    project_id: str | None = Field(
        None,
        description="The one project that it opens; null for all, which takes the scope admin. An asker who is bound to "
        "a project makes keys for that one, which is then meant by null",
    )


class CreatedKey(KeyEntry):
    """A new key with its token, which is not kept and cannot be shown again."""

    token: str = Field(description="What to send as `Authorization: Bearer TOKEN` or `x-api-key: TOKEN`")


@router.get("/keys")
def list_keys(services: Injected, admin: Admin) -> KeyList:
    """List keys, revoked ones too; who is bound to a project sees the keys of that one."""
    return KeyList(keys=[_entry(key) for key in store.list_keys(services.control, admin.project_id)])


class AskerOut(BaseModel):
    """What the asker may do."""

    scopes: list[KeyScope] = Field(description="What is allowed; admin includes the others")
    project_id: str | None = Field(description="The one project that is open to it; null for all")
    has_key: bool = Field(description="False where no key was needed, as on loopback")


@router.get("/keys/current")
def get_asker(asker: Asker) -> AskerOut:
    """Say what the key of this request allows, so that screens offer only that."""
    return AskerOut(scopes=sorted(asker.scopes), project_id=asker.project_id, has_key=asker.key_id != "")


@router.post("/keys", status_code=201)
def create_key(services: Injected, admin: Admin, new: NewKey, response: Response) -> CreatedKey:
    """Make a key; it opens this server at once and others within seconds."""
    project_id = bound_project(admin, new.project_id)
    key, token = store.create_key(services.control, new.name, project_id, new.scopes, services.clock.now_ns())
    response.headers["cache-control"] = "no-store"
    return CreatedKey(**_entry(key).model_dump(), token=token)


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(services: Injected, admin: Admin, key_id: Annotated[str, Path(pattern="^key_[0-9a-f]{16}$")]) -> None:
    """Revoke a key for good; this server refuses it at once, others within seconds."""
    store.revoke_key(services.control, key_id, admin.project_id, services.clock.now_ns())


def _entry(key: store.ApiKey) -> KeyEntry:
    return KeyEntry(
        id=key.id,
        name=key.name,
        project_id=key.project_id,
        scopes=sorted(key.scopes),
        prefix=key.prefix,
        created_at=format_time(key.created_at_ns),
        revoked_at=None if key.revoked_at_ns is None else format_time(key.revoked_at_ns),
        last_used_at=None if key.last_used_at_ns is None else format_time(key.last_used_at_ns),
    )
