// What a program with the Node SDK does: `node client.mjs <address> <scenario>` prints what it saw as JSON.
import OpenAI from "openai";

const [, , baseURL, scenario] = process.argv;
const client = new OpenAI({ baseURL, apiKey: "none" });
const messages = [{ role: "user", content: "Why is the sea salt?" }];
const local = { model: "local/text", messages, seed: 7 };
const acme = { model: "acme/writer", messages };
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

// The error that `work` ends with, as a program can tell it apart.
async function failure(work) {
  try {
    await work();
  } catch (error) {
    const { status, code, param, type, requestID, message } = error;
    return { name: error.constructor.name, status, code, param, type, requestID, message };
  }
  return null;
}

const scenarios = {
  async plain() {
    return client.chat.completions.create(local);
  },
  async streamed() {
    return collected(await client.chat.completions.create({ ...local, stream: true, stream_options: { include_usage: true } }));
  },
  async schema() {
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"], additionalProperties: false };
    const format = { type: "json_schema", json_schema: { name: "film", strict: true, schema } };
    return client.chat.completions.create({ ...local, response_format: format });
  },
  async vectors() {
    const packed = await client.embeddings.create({ model: "local/embed", input: ["a", "b"], dimensions: 16 });
    const plain = await client.embeddings.create({ model: "local/embed", input: ["a", "b"], dimensions: 16, encoding_format: "float" });
    return { packed: packed.data, plain: plain.data };
  },
  async moderation() {
    return client.moderations.create({ input: "A boat on the sea." });
  },
  async wrong() {
    return {
      model: await failure(() => client.chat.completions.create({ ...local, model: "acme/none" })),
      messages: await failure(() => client.chat.completions.create({ ...local, messages: [] })),
    };
  },
  async tools() {
    const stream = client.chat.completions.stream({ ...acme, tools });
    return stream.finalChatCompletion();
  },
  async unknown() {
    return client.chat.completions.create({ ...acme, acme_mode: "deep" });
  },
  async headers() {
    const { req } = await client.buildRequest({ method: "post", path: "/chat/completions", body: acme });
    return [...req.headers.keys()];
  },
  async refused() {
    return failure(() => client.chat.completions.create(acme));
  },
  async broken() {
    const heard = [];
    const error = await failure(async () => {
      for await (const chunk of await client.chat.completions.create({ ...acme, stream: true })) heard.push(chunk.choices[0].delta.content);
    });
    return { heard, error };
  },
  async late() {
    return failure(() => client.chat.completions.create(acme, { timeout: 300, maxRetries: 1 }));
  },
  async abandoned() {
    const stream = await client.chat.completions.create({ ...acme, stream: true });
    for await (const chunk of stream) return chunk.choices[0].delta.content;
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
