// What a job's rules need beside the piece, loaded before anything is judged: a language detector, the user's own rules.
import * as Effect from "effect/Effect"
import { isAbsolute, join } from "node:path"
import { canonicalJson, digest } from "../Digest.ts"
import { type DetectLanguage, loadDetector } from "../LanguageDetector.ts"
import { noTools, type RuleTools } from "./rules/compileRule.ts"
import type { RuleSet } from "./RuleSet.ts"
import { isModulePath, NamedRules, RuleModules, type UserRule, UserRuleError } from "./UserRule.ts"

/** More tells a detector nothing new. */
const detectedCharsMax = 1_000

const loadRuleDetector: Effect.Effect<DetectLanguage> = Effect.map(
  loadDetector,
  (detect) => (text) => detect(text.slice(0, detectedCharsMax))
)

const loadUserRule = (
  directory: string,
  use: string
): Effect.Effect<UserRule, UserRuleError, RuleModules> =>
  Effect.gen(function*() {
    if (isModulePath(use)) {
      const modules = yield* RuleModules
      return yield* modules.load(isAbsolute(use) ? use : join(directory, use))
    }
    const named = yield* NamedRules
    const rule = named.get(use)
    if (rule !== undefined) return rule
    const detail = `no layer gives a rule of that name${
      named.size === 0 ? "" : ` (there are ${[...named.keys()].join(", ")})`
    }; for a module write its path, such as ./rules/${use}.ts`
    return yield* new UserRuleError({ use, detail })
  })

export interface LoadedRuleTools {
  readonly tools: RuleTools
  /** The rule set's hash; with custom rules their versions count too. */
  readonly rulesHash: string
}

/** `directory` is the job's, where the paths of rule modules start. */
export const loadRuleTools = Effect.fnUntraced(function*(
  directory: string,
  { hash, rules }: RuleSet
): Effect.fn.Return<LoadedRuleTools, UserRuleError, RuleModules> {
  const detectLanguage = rules.some(({ rule }) => rule === "language")
    ? yield* loadRuleDetector
    : noTools.detectLanguage
  const loaded = new Map<string, UserRule>()
  for (const rule of rules) {
    if (rule.rule !== "custom" || loaded.has(rule.use)) continue
    loaded.set(rule.use, yield* loadUserRule(directory, rule.use))
  }
  const versions = [...loaded].map(([use, { version }]) => [use, version])
  return {
    tools: {
      detectLanguage,
      userCheck: (use) => loaded.get(use)?.check ?? noTools.userCheck(use)
    },
    rulesHash: versions.length === 0 ? hash : digest(canonicalJson({ hash, versions }))
  }
})
