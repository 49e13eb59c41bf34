// Doctor's one paid check: does the endpoint hold a model to a JSON Schema, or does it only accept the parameter?
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe } from "../../services/generation/FailureClass.ts"
import type { Rung } from "../../services/generation/Rung.ts"
import type { Completion } from "../../services/generation/Llm.ts"
import { Llm } from "../../services/generation/Llm.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { costOf } from "../../services/spending/Cost.ts"
import { Prices } from "../../services/spending/Prices.ts"
import type { DoctorCheck } from "./DoctorReport.ts"
import { fail, ok, warn } from "./DoctorReport.ts"

/** Room for a model that reasons before it answers. */
const outputTokensMax = 1_000

const schema = {
  type: "object",
  properties: { colour: { type: "string", enum: ["ultramarine", "vermilion"] } },
  required: ["colour"],
  additionalProperties: false
}
const Conforming = Schema.fromJsonString(
  Schema.Struct({ colour: Schema.Literals(["ultramarine", "vermilion"]) })
)
const conforms = (text: string): boolean => Option.isSome(Schema.decodeOption(Conforming)(text))

const ask = (rung: Rung) =>
  Effect.flatMap(Llm, (llm) =>
    llm.complete({
      model: rung.model,
      // It asks for what the schema forbids: only a server that enforces the schema answers with one of its words.
      messages: [{ role: "user", content: "Say hello in a short plain sentence. No JSON." }],
      schemaName: "colour",
      schema,
      outputTokensMax,
      temperature: rung.temperature,
      timeoutMs: rung.timeoutMs
    }))

const judge = ({ model }: Rung, { finish, text }: Completion, cost: string): DoctorCheck => {
  if (conforms(text)) return ok("schema", `${model} is held to the schema (the call cost ${cost})`)
  if (finish !== "stop") {
    return warn(
      "schema",
      `${model} came to no end (${finish}), so nothing can be said (the call cost ${cost})`,
      "try again"
    )
  }
  return warn(
    "schema",
    `${model} answered outside the schema (the call cost ${cost}): ${
      JSON.stringify(text.slice(0, 80))
    }`,
    "answers are checked anyway, but more of them will fail: describe the format in the prompt, or use another model"
  )
}

const checkRung = (rung: Rung) =>
  Effect.gen(function*() {
    // Without a price no call is made, here as anywhere.
    const price = yield* (yield* Prices).priceOf(rung.model)
    const completion = yield* ask(rung)
    const cost = completion.usage === null
      ? "an unknown amount"
      : formatUsd(costOf(price, completion.usage))
    return judge(rung, completion, cost)
  }).pipe(Effect.catchTags({
    LlmError: ({ reason }) =>
      Effect.succeed(
        fail(
          "schema",
          `${rung.model}: ${describe(reason)}`,
          "mend what the server complains of, then run doctor again"
        )
      ),
    UnknownPrice: (error) =>
      Effect.succeed(
        fail("schema", `${rung.model} was not asked: its price is unknown`, error.message)
      )
  }))

/** One short completion per model of the job. It costs money, outside of any run's budget: only on request. */
export const checkSchema: Effect.Effect<
  ReadonlyArray<DoctorCheck>,
  never,
  CurrentJob | Llm | Prices
> = Effect.flatMap(
  CurrentJob,
  ({ rungs }) =>
    Effect.forEach(
      rungs.filter((rung, index) => rungs.findIndex(({ model }) => model === rung.model) === index),
      checkRung
    )
)
