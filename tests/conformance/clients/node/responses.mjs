// What a program with the Node SDK does with responses: `node responses.mjs <address> <scenario> [id]` prints what it saw as JSON.
import OpenAI from "openai";

const [, , baseURL, scenario, id] = process.argv;
const client = new OpenAI({ baseURL, apiKey: "none" });
const model = "openai/gpt-4.1";
const endless = { model, input: "Tell all. [fake:chunks=1000] [fake:slow every_s=0.05]", background: true, stream: true };
const slow = { model, input: "Tell all. [fake:chunks=120] [fake:slow every_s=0.01]" };

// The events of a stream, or as many of them as a client reads before it goes away.
async function read(stream, most = Infinity) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
    if (events.length >= most) break;
  }
  return events;
}

const scenarios = {
  async plain() {
    const answer = await client.responses.create({ model, input: "Hello" });
    return { answer, text: answer.output_text, kept: await client.responses.retrieve(answer.id) };
  },
  async streamed() {
    const stream = client.responses.stream({ model, input: "Tell all. [fake:chunks=100]" });
    const seen = [];
    stream.on("response.output_text.delta", (event) => seen.push(event.delta));
    return { final: await stream.finalResponse(), seen };
  },
  async everything() {
    const stream = client.responses.stream({ model: "acme/writer", input: "Hi", background: true });
    const events = [];
    stream.on("event", (event) => events.push(event));
    return { final: await stream.finalResponse(), events };
  },
  async tools() {
    const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
    const tools = [{ type: "function", name: "weather", strict: true, parameters }];
    const first = await client.responses.create({ model, input: "[fake:calls=2]", tools });
    const calls = first.output.filter((item) => item.type === "function_call");
    const input = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "12 degrees" }));
    await client.responses.create({ model, previous_response_id: first.id, input, tools });
    return calls;
  },
  async resumed() {
    const begun = await read(await client.responses.create({ ...slow, background: true, stream: true }), 5);
    const made = begun[0].response.id;
    const after = begun.at(-1).sequence_number;
    const rest = await read(await client.responses.retrieve(made, { stream: true, starting_after: after }));
    const helped = await client.responses.stream({ response_id: made, starting_after: after }).finalResponse();
    return { begun, rest, helped };
  },
  async cancelled() {
    const stream = await client.responses.create(endless);
    const events = [];
    let answer;
    for await (const event of stream) {
      events.push(event);
      if (event.type === "response.output_text.delta") answer ??= await client.responses.cancel(events[0].response.id);
    }
    await client.responses.delete(answer.id);
    const gone = await client.responses.retrieve(answer.id).catch((error) => ({ name: error.constructor.name, code: error.code }));
    return { events, answer, gone };
  },
  async broken() {
    return read(await client.responses.create({ model: "acme/writer", input: "Hi", stream: true }));
  },
  async picture() {
    const answer = await client.responses.retrieve(id);
    return answer.output;
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
