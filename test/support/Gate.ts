// A server that keeps every answer back until it is told to let them go: calls in flight for as long as a test wants.
import { once } from "node:events"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { onTestFinished } from "vitest"

export interface Gate {
  readonly url: string
  /** So many answers are ready and kept back. */
  readonly held: (count: number) => Promise<void>
  /** Lets go what is kept back and all that comes later. */
  readonly release: () => void
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Answers what `answer` makes of a request, when the gate opens. Closed with the test. */
export const gate = async (
  answer: (path: string, body: string) => Promise<Answer>
): Promise<Gate> => {
  const waiting: Array<{ readonly count: number; readonly resolve: () => void }> = []
  const { promise: open, resolve: release } = Promise.withResolvers<void>()
  let held = 0
  const server = http.createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const { body, status, type } = await answer(request.url ?? "/", await text(request))
      held++
      for (const { count, resolve } of waiting) if (held >= count) resolve()
      await open
      response.writeHead(status, { "content-type": type }).end(body)
    }
    serve().catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: (count) =>
      new Promise((resolve) => {
        if (held >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    release
  }
}

/** A gate in front of a model server: what it keeps back has been billed. Its URL ends in `/v1`. */
export const gateTo = async (modelUrl: string): Promise<Gate> => {
  const opened = await gate(async (path, body) => {
    const response = await fetch(`${modelUrl.replace(/\/v1$/, "")}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body
    })
    return { status: response.status, type: "application/json", body: await response.text() }
  })
  return { ...opened, url: `${opened.url}/v1` }
}
