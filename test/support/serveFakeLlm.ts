// A process that serves the fake model with the options given as JSON (over the defaults), until it is killed.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import * as NodeHttpListener from "../../src/layers/NodeHttpListener.ts"
import { fakeLlm } from "../../src/programs/fake-llm/fakeLlm.ts"
import { fakeLlmDefaults } from "../../src/programs/fake-llm/FakeLlmOptions.ts"
import type { FakeLlmOptions } from "../../src/programs/fake-llm/FakeLlmOptions.ts"

const given = JSON.parse(process.argv[2] ?? "{}") as Partial<FakeLlmOptions>

Effect.runFork(
  fakeLlm({ ...fakeLlmDefaults, ...given }, true).pipe(
    Effect.provide(Layer.mergeAll(NodeHttpListener.layer, NodeDisk.layer, NativeFileLock.layer))
  )
)
