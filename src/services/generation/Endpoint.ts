// The model's server asked about itself, for nothing: which models it has.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Why the server did not answer with its models. `detail` never holds the key. */
export class EndpointError extends Schema.TaggedError<EndpointError>()("EndpointError", {
  /** `Unlisted`: it answers, but keeps no such list (404, 405, or an answer of another shape). */
  reason: Schema.Literals(["Unreachable", "Unauthorized", "Unlisted", "Failed"]),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

export class Endpoint extends Context.Service<Endpoint, {
  /** Ids of the models that the server lists: `GET /models`, within 10 s. Costs nothing. */
  readonly models: Effect.Effect<ReadonlyArray<string>, EndpointError>
}>()("inkfast/services/generation/Endpoint") {}
