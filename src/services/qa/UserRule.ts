// Rules that a job brings along: TypeScript modules by their path, and rules that an embedder gives by name.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EvidenceSource } from "../evidence/Evidence.ts"
import type { Item } from "../items/Item.ts"

export interface UserRuleInput {
  readonly item: Item
  readonly sources: ReadonlyArray<EvidenceSource>
  /** The piece as JSON. */
  readonly content: { readonly [field: string]: unknown }
  /** The texts that the rule's field covers, in document order, each with its JSON pointer. */
  readonly texts: ReadonlyArray<{ readonly field: string; readonly text: string }>
  /** As the job gives them. */
  readonly parameters: { readonly [name: string]: unknown }
}

/**
 * Pure: the same piece gets the same answer. What it answers is held against the piece; nothing passes it. A check that
 * throws has not passed the piece. `field` is a JSON pointer, `text` the words at fault; both may be left out.
 */
export type UserCheck = (
  input: UserRuleInput
) => ReadonlyArray<{ readonly field?: string; readonly text?: string; readonly message: string }>

export interface UserRule {
  /** Goes into the rule set's hash: another version judges anew. */
  readonly version: string
  readonly check: UserCheck
}

/** Rules of the embedding program, which a job names in `use`. None unless a layer gives some. */
export const NamedRules = Context.Reference<ReadonlyMap<string, UserRule>>(
  "inkfast/services/qa/UserRule/NamedRules",
  { defaultValue: () => new Map() }
)

/** A rule of the job that cannot be had, so that no piece could pass it. */
export class UserRuleError extends Schema.TaggedError<UserRuleError>()("UserRuleError", {
  use: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `the custom rule ${this.use}: ${this.detail}`
  }
}

/** Loads a rule from the default export of a module: code that the job's owner chose. */
export class RuleModules extends Context.Service<RuleModules, {
  /** `path` is absolute, or starts in the working directory. The version is the hash of its text and of the
   * files that it imports by relative paths; packages do not count. */
  readonly load: (path: string) => Effect.Effect<UserRule, UserRuleError>
}>()("inkfast/services/qa/UserRule/RuleModules") {}

/** Whether `use` names a file and not a rule of a layer. */
export const isModulePath = (use: string): boolean =>
  /^(?:\.{0,2}\/|[^/]+\/)|\.[cm]?[jt]s$/.test(use)
