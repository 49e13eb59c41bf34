// Rules that hold a piece against its item and evidence.
import * as Schema from "effect/Schema"
import { oneOf, text } from "../../job/SettingTypes.ts"
import { anyField, common, field, phrases, severity, size } from "./parameters.ts"

/** What the `claims` rule looks for. */
export const claimKinds = ["numbers", "prices", "dates", "versions", "names"] as const
export type ClaimKind = (typeof claimKinds)[number]

export const factRules = {
  numbers: Schema.Struct({
    rule: Schema.Literal("numbers"),
    ...common,
    field: anyField,
    severity
  }),
  claims: Schema.Struct({
    rule: Schema.Literal("claims"),
    ...common,
    field: anyField,
    severity,
    kinds: Schema.optionalKey(Schema.Array(oneOf(...claimKinds))),
    /** Names and prices that may be said without a source. */
    allowed: Schema.optionalKey(phrases)
  }),
  quotes: Schema.Struct({
    rule: Schema.Literal("quotes"),
    ...common,
    field,
    severity,
    /** A shorter quote proves nothing (default 3). */
    minWords: size
  }),
  links: Schema.Struct({
    rule: Schema.Literal("links"),
    ...common,
    field: anyField,
    severity,
    /** Hosts that may be linked to, their subdomains with them. */
    hosts: Schema.optionalKey(Schema.Array(text("a host, such as example.com"))),
    /** Whether an address that stands in the item or its evidence may be given (default true). */
    fromEvidence: Schema.optionalKey(Schema.Boolean)
  })
}
