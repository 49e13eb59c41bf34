// One exchange with a server of the web: bounded in time and size, and only with an address that is allowed.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export interface PageRequest {
  readonly url: string
  /** For everything: name resolution, connection, head and body. */
  readonly timeoutMs: number
  /** Bytes of the body, before and after decompression. */
  readonly bytesMax: number
  /** Whether a longer body is cut there instead of refused. */
  readonly cut: boolean
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
}

export interface PageAnswer {
  readonly status: number
  /** Names in lower case; several of one name are joined by ", ". */
  readonly headers: { readonly [name: string]: string }
  /** Decompressed. Nothing of a redirect; of a failure at most its first 256 KiB. */
  readonly bytes: Uint8Array
}

/** Why there is no answer, and a sentence about it. */
export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  url: Schema.String,
  /** `Refused`: an address that is not asked. `Unsupported`: an encoding that is not known. */
  reason: Schema.Literals(["Network", "Timeout", "Refused", "TooLarge", "Unsupported"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.url}: ${this.detail}`
  }
}

export class PageFetcher extends Context.Service<PageFetcher, {
  /** GET, once: whatever the server answers is the answer. Follows no redirect and never tries again. */
  readonly fetch: (request: PageRequest) => Effect.Effect<PageAnswer, PageError>
}>()("inkfast/services/evidence/PageFetcher") {}
