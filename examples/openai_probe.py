"""A stream of OpenAI's with the probe: the call by the instrumentation that is installed, the stream's timing, the machine.

pip install openai opentelemetry-instrumentation-genai-openai, and the probe: in the clone, pip install -e 'probe[host]'
"""

import openai
import watchglass_probe

watchglass_probe.init(content=True)  # to http://localhost:4318

client = openai.OpenAI()
question = {"role": "user", "content": "How do I wash a down jacket?"}
stream = watchglass_probe.watch_stream(
    lambda: client.chat.completions.create(
        model="gpt-4o-mini", messages=[question], stream=True, stream_options={"include_usage": True}
    )
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
