// The one form of a time in files and reports: ISO 8601, UTC, milliseconds.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

export const nowIso: Effect.Effect<string> = Effect.map(DateTime.now, DateTime.formatIso)
