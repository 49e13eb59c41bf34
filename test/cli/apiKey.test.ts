// The key as the environment gives it: cleaned of what no person sees, and refused where no call could carry it.
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { apiKey } from "../../src/programs/cli/apiKey.ts"

const given = (key: string) =>
  Effect.provide(
    apiKey,
    ConfigProvider.layer(ConfigProvider.fromEnv({ env: { OPENAI_API_KEY: key } }))
  )

describe("apiKey", () => {
  it.effect("goes without the white space around it; nothing else is no key", () =>
    Effect.gen(function*() {
      const key = yield* given(" sk-abc\n")
      assert.strictEqual(key && Redacted.value(key), "sk-abc")
      assert.isUndefined(yield* given(" "))
    }))

  it.effect("I10: one that cannot be sent is refused: its calls would count as billed perhaps", () =>
    Effect.gen(function*() {
      for (const key of ["sk-secret\nsecret", "sk-secret\u200b", "sk-secret\u2013secret"]) {
        const { message } = yield* Effect.flip(given(key))
        assert.strictEqual(
          message,
          "environment: OPENAI_API_KEY: has a character that no header can carry, at position 10; " +
            "copy the key again"
        )
      }
    }))
})
