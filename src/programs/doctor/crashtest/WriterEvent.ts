// What a writer of the crash test tells on its standard output: one JSON value a line, said once it is true.
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

export const WriterEvent = Schema.Union([
  /** The masters are open: recovered, if they had to be. */
  Schema.Struct({ event: Schema.Literal("ready") }),
  /** The records of one commit, durable in both masters, and the syncs since the last such line. */
  Schema.Struct({
    event: Schema.Literal("acknowledged"),
    ids: Schema.Array(Schema.String),
    syncsUs: Schema.Array(Schema.Finite)
  }),
  /** Whether a lock that another process holds was granted. */
  Schema.Struct({ event: Schema.Literal("lock"), granted: Schema.Boolean })
])
export type WriterEvent = typeof WriterEvent.Type

const WriterEventJson = Schema.fromJsonString(WriterEvent)
const decode = Schema.decodeOption(WriterEventJson)

export const encodeWriterEvent: (event: WriterEvent) => string = Schema.encodeSync(WriterEventJson)

/** Undefined for a line that a kill has cut off: it was not said. */
export const decodeWriterEvent = (line: string): WriterEvent | undefined =>
  Option.getOrUndefined(decode(line))
