"""What programs with LangChain and LlamaIndex do: `python chains.py <address>` prints what they saw as JSON."""

import json
import sys

from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from llama_index.core.base.llms.types import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai_like import OpenAILike

address = sys.argv[1]
QUESTION = "Why is the sea salt?"


def langchain() -> dict[str, object]:
    model = ChatOpenAI(base_url=address, api_key="none", model="local/text", seed=7, stream_usage=True)
    chunks = list(model.stream(QUESTION))
    schema = {"title": "film", "type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    # The local engine reads words; without this the client sends numbers in place of them.
    vectors = OpenAIEmbeddings(
        base_url=address, api_key="none", model="local/embed", check_embedding_ctx_length=False
    ).embed_documents(["a", "b"])
    return {
        "plain": model.invoke(QUESTION).content,
        "pieces": [chunk.content for chunk in chunks],
        "usage": sum(chunk.usage_metadata["total_tokens"] for chunk in chunks if chunk.usage_metadata),
        "film": model.with_structured_output(schema, method="json_schema").invoke("A film about a storm"),
        "vectors": [len(vector) for vector in vectors],
    }


def langchain_responses() -> dict[str, object]:
    model = ChatOpenAI(base_url=address, api_key="none", model="local/text", use_responses_api=True, stream_usage=True)
    model = model.bind(extra_body={"seed": 7})
    chunks = list(model.stream(QUESTION))
    return {
        "plain": model.invoke(QUESTION).text,
        "pieces": [chunk.text for chunk in chunks],
        "usage": sum(chunk.usage_metadata["total_tokens"] for chunk in chunks if chunk.usage_metadata),
    }


def llama_index() -> dict[str, object]:
    model = OpenAILike(
        api_base=address, api_key="none", model="local/text", is_chat_model=True, additional_kwargs={"seed": 7}
    )
    messages = [ChatMessage(role="user", content=QUESTION)]
    embedding = OpenAIEmbedding(api_base=address, api_key="none", model_name="local/embed")
    return {
        "plain": model.chat(messages).message.content,
        "pieces": [chunk.delta for chunk in model.stream_chat(messages)],
        "vectors": [len(vector) for vector in embedding.get_text_embedding_batch(["a", "b"])],
    }


seen = {"langchain": langchain(), "llama_index": llama_index(), "langchain_responses": langchain_responses()}
print(json.dumps(seen))
