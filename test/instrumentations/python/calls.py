"""The scenarios with OpenAI's and Anthropic's own SDK; loaded after instrumentation was set up."""

TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {
            "type": "object",
            "properties": {"key": {"type": "string"}},
            "required": ["key"],
        },
    },
}


def openai_calls(base_url):
    from openai import OpenAI

    client = OpenAI(api_key="sk-none", base_url=base_url, max_retries=2)
    model = "gpt-5-mini"

    def agent(ask):
        first = client.chat.completions.create(model=model, messages=[ask], tools=[TOOL])
        message = first.choices[0].message
        result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "1"}
        messages = [ask, message.model_dump(exclude_none=True), result]
        client.chat.completions.create(model=model, messages=messages, tools=[TOOL])

    def stream_chat(one, ask):
        options = {"stream_options": {"include_usage": True}} if one["usage_asked"] else {}
        stream = client.chat.completions.create(model=model, messages=[ask], stream=True, **options)
        for chunk in stream:
            if one["ends"] == "aborted" and chunk.choices and chunk.choices[0].delta.content:
                stream.close()
                break

    def chat(one, prompt):
        ask = {"role": "user", "content": prompt}
        if one["scenario"] == "chat-agent":
            agent(ask)
        elif one["stream"]:
            stream_chat(one, ask)
        else:
            tier = {"service_tier": one["tier"]} if one["tier"] else {}
            client.chat.completions.create(model=model, messages=[ask], **tier)

    def respond(one, prompt):
        if not one["stream"]:
            client.responses.create(model=model, input=prompt)
            return
        stream = client.responses.create(model=model, input=prompt, stream=True)
        for event in stream:
            if one["ends"] == "aborted" and event.type == "response.output_text.delta":
                stream.close()
                break

    return {"chat": chat, "responses": respond}


def anthropic_calls(base_url):
    from anthropic import Anthropic

    client = Anthropic(api_key="sk-none", base_url=base_url, max_retries=2)

    def messages(one, prompt):
        ask = {"role": "user", "content": prompt}
        asked = {"model": "claude-sonnet-4-5", "max_tokens": 1000, "messages": [ask]}
        if not one["stream"]:
            client.messages.create(**asked)
            return
        stream = client.messages.create(**asked, stream=True)
        for event in stream:
            if one["ends"] == "aborted" and event.type == "content_block_delta":
                stream.close()
                break

    return {"messages": messages}
