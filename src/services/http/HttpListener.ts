// A small HTTP/1.1 server behind a contract: whole requests in, and out whatever a real server may do, faults included.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

export interface HttpRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly target: string
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly body: Uint8Array
}

/**
 * What goes back. `Whole` is an ordinary response. `Drop` closes the connection: before the first byte where `sent` is
 * absent, otherwise after the headers and that part of a body announced as `length` bytes.
 */
export type HttpReply =
  | {
    readonly _tag: "Whole"
    readonly status: number
    readonly headers: { readonly [name: string]: string }
    readonly body: string | Uint8Array
  }
  | {
    readonly _tag: "Drop"
    readonly sent?: {
      readonly status: number
      readonly headers: { readonly [name: string]: string }
      readonly length: number
      readonly part: Uint8Array
    }
  }

const nextSteps: { readonly [code in string]?: string } = {
  EADDRINUSE: "another program has the port: give another one, or 0 for any that is free",
  EACCES: "this user may not take that port: give one from 1024 on, or 0 for any that is free"
}

/** The address cannot be listened on. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  code: Schema.String,
  /** In words, without the code. */
  detail: Schema.String
}) {
  override get message(): string {
    const next = nextSteps[this.code] ?? "name an address of this machine, such as 127.0.0.1"
    return `cannot listen on ${this.host}:${this.port}: ${this.detail} (${this.code}); ${next}`
  }
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** A larger request is answered with 413 and not handed on. */
  readonly requestBytesMax: number
}

export class HttpListener extends Context.Service<HttpListener, {
  /**
   * Listens until the scope ends, which closes every connection. Each request runs `handle` in a fiber of its own, that
   * is interrupted when the client goes away; a handler that never ends is a server that hangs. Answers the port.
   */
  readonly listen: (
    options: ListenOptions,
    handle: (request: HttpRequest) => Effect.Effect<HttpReply>
  ) => Effect.Effect<number, ListenError, Scope.Scope>
}>()("inkfast/services/http/HttpListener") {}
