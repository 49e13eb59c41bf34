// The least that a chat.completions endpoint has to do: one fixed answer to every call, after the latency that its path
// names (`/500/v1/chat/completions`: 500 ms).
//
//   node bench/pipelineServer.ts      prints its port, and serves until its standard input ends
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { answer } from "./pipelineWork.ts"

const body = Buffer.from(JSON.stringify({
  id: "chatcmpl-Bx7Q2mYtZkD0fVw3h9sLrN5uEoKcA",
  object: "chat.completion",
  created: 1764028800,
  model: "fake-mini",
  choices: [{
    index: 0,
    message: { role: "assistant", content: JSON.stringify(answer), refusal: null, annotations: [] },
    logprobs: null,
    finish_reason: "stop"
  }],
  usage: {
    prompt_tokens: 950,
    completion_tokens: 340,
    total_tokens: 1290,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 }
  },
  service_tier: "default",
  system_fingerprint: "fp_5154047bf2"
}))

const headers = {
  "content-type": "application/json",
  "content-length": body.length,
  "x-request-id": "req_3f0c4f4a1b6f4a3fb2a0",
  "openai-processing-ms": "480",
  "x-ratelimit-limit-requests": "30000",
  "x-ratelimit-remaining-requests": "29999",
  "x-ratelimit-reset-requests": "2ms"
}

const server = createServer((request, response) => {
  const latencyMs = Number(request.url?.split("/")[1])
  const reply = () => response.writeHead(200, headers).end(body)
  request.resume().on("end", () => latencyMs === 0 ? reply() : setTimeout(reply, latencyMs))
})
// No contender may lose a connection that it keeps.
server.keepAliveTimeout = 0
server.requestTimeout = 0
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port)
})
process.stdin.on("end", () => process.exit()).resume()
