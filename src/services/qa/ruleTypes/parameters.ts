// The parameters that rules have in common, and what each may hold.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { decimal, oneOf, text, whole } from "../../job/SettingTypes.ts"

const pattern = text(
  "a JSON pointer such as /title or /faq/*/answer, or * for every text of the piece"
)
const block = Effect.succeed("block" as const)
const everywhere = Effect.succeed("*")

export const phrase = text("a phrase, as text")
export const phrases = Schema.Array(phrase)
export const size = Schema.optionalKey(whole(0, 1_000_000))
export const words = Schema.optionalKey(decimal(0, 10_000, "words"))
export const share = (what: string) => Schema.optionalKey(decimal(0, 1, what))

export const severity = oneOf("block", "warn").pipe(Schema.withDecodingDefaultKey(block))
/** Of rules that can put right what they find. */
export const repairable = oneOf("block", "warn", "repair").pipe(
  Schema.withDecodingDefaultKey(block)
)

export const anyField = pattern.pipe(Schema.withDecodingDefaultKey(everywhere))
export const field = pattern.pipe(
  Schema.annotateKey({ messageMissingKey: "is missing; name the field, such as /title" })
)

export const required = <S extends Schema.Top>(type: S, message: string) =>
  type.pipe(Schema.annotateKey({ messageMissingKey: message }))

export const common = {
  /** Names the rule in findings, records and reports; its kind unless it is given. */
  id: Schema.optionalKey(text("a name for the rule, such as faq-openers")),
  /** Stands before what the rule itself says. */
  message: Schema.optionalKey(text("a sentence for whoever reads the finding"))
}
