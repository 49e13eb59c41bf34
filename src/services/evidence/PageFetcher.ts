// One page of the web by its URL: bounded in time and size, and only from where it is allowed to come.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export interface PageRequest {
  readonly url: string
  /** For everything: name resolution, redirects and body. */
  readonly timeoutMs: number
  /** Bytes of the body, before and after decompression. */
  readonly bytesMax: number
}

export interface Page {
  /** Where the page came from, after redirects. */
  readonly url: string
  /** The header as it came; empty where there was none. */
  readonly contentType: string
  /** Decompressed. */
  readonly bytes: Uint8Array
}

/** Why there is no page, and a sentence about it. */
export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  url: Schema.String,
  /** `Refused`: this address is not fetched, or the server does not give it. `NotFound`: 404 or 410. */
  reason: Schema.Literals(["NotFound", "Network", "Timeout", "Refused", "TooLarge", "Unsupported"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.url}: ${this.detail}`
  }
}

export class PageFetcher extends Context.Service<PageFetcher, {
  /** Answers the body of a 2xx answer. Follows at most 5 redirects. Never tries again. */
  readonly fetch: (request: PageRequest) => Effect.Effect<Page, PageError>
}>()("inkfast/services/evidence/PageFetcher") {}
