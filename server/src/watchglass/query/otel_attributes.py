"""OpenTelemetry's names of what columns of `spans` hold, for those who know spans by their attributes."""

RESOURCE_COLUMNS = {
    "service.name": "service_name",
    "service.version": "release",
    "service.instance.id": "service_instance_id",
    "deployment.environment.name": "environment",
    "host.name": "host_name",
}
"""Attributes of the resource that have a column."""

SPAN_COLUMNS = {
    "gen_ai.operation.name": "operation_name",
    "gen_ai.provider.name": "provider_name",
    "gen_ai.request.model": "request_model",
    "gen_ai.response.model": "model",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "gen_ai.conversation.id": "session_id",
    "gen_ai.agent.name": "agent_name",
    "gen_ai.tool.name": "tool_name",
    "gen_ai.prompt.name": "prompt_name",
    "user.id": "user_id",
    "error.type": "error_type",
    "watchglass.cost_usd": "cost_usd",
    "watchglass.time_to_first_token_ns": "time_to_first_token_ns",
    "watchglass.time_per_output_token_ns": "time_per_output_token_ns",
}
"""Attributes of the span that have a column; those that only Watchglass knows begin with its name."""

TEXT_COLUMNS = {
    "gen_ai.input.messages": "input_messages",
    "gen_ai.output.messages": "output_messages",
    "gen_ai.tool.call.arguments": "tool_call_arguments",
    "gen_ai.tool.call.result": "tool_call_result",
}
"""Attributes of the span that hold long texts."""
