// The text that the fake model answers: from the prompt's own evidence, in the shape that was asked for.
import type { ChatRequest } from "../ChatRequest.ts"
import { anyLength } from "./Bounds.ts"
import { chance, makeDice } from "./Dice.ts"
import { approval, isJudgement } from "./judgement.ts"
import { readMaterial } from "./Material.ts"
import { composeValue } from "./SchemaAnswer.ts"
import { propertyNames } from "./SchemaParts.ts"
import { vices } from "./Vices.ts"
import type { Habits, Writer } from "./Writer.ts"
import { makeWriter } from "./Writer.ts"

const objectSchema = {
  type: "object",
  properties: {
    title: { type: "string", maxLength: 120 },
    text: { type: "string", minLength: 80 }
  },
  required: ["title", "text"]
}

const compose = (request: ChatRequest, writer: Writer, seed: string): string => {
  if (request.format === "text") {
    const hard = { ...anyLength, minChars: 80 }
    return writer.text({ name: "text", ask: "", hard, soft: anyLength })
  }
  return JSON.stringify(
    composeValue(request.schema ?? objectSchema, writer, makeDice(`${seed}:shape`))
  )
}

/**
 * A model whose name says that it is a bad one has a vice in every answer, and begins every page alike; one that is
 * called worn does only the latter. `quality` is the share of prompts, by their content, that are answered without a flaw.
 */
const habitsOf = (model: string, own: string, quality: number): Habits => {
  const isBad = /bad/i.test(model)
  return {
    flaw: chance(own, "quality") < quality
      ? undefined
      : chance(own, "flaw") < 0.5
      ? "number"
      : "placeholder",
    vice: isBad ? vices[Math.floor(chance(own, "vice") * vices.length)] : undefined,
    isWorn: isBad || /worn/i.test(model)
  }
}

/** The same request and seed give the same answer. */
export const answerText = (request: ChatRequest, seed: string, quality: number): string => {
  const own = `${seed}:${request.meaning}`
  if (isJudgement(request)) return approval(own)
  const material = readMaterial(request.messages)
  const fieldNames = propertyNames(request.schema ?? objectSchema)
  const habits = habitsOf(request.model, own, quality)
  return compose(request, makeWriter(material, fieldNames, makeDice(own), habits), own)
}
