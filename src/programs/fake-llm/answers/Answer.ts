// The text that the fake model answers: from the prompt's own evidence, in the shape that was asked for.
import type { ChatRequest } from "../ChatRequest.ts"
import { chance, makeDice } from "./Dice.ts"
import { readMaterial } from "./Material.ts"
import { composeValue } from "./SchemaAnswer.ts"
import type { Flaw, Vice, Writer } from "./Writer.ts"
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
  if (request.format === "text") return writer.text("text", { min: 80, max: Infinity }, 0)
  return JSON.stringify(
    composeValue(request.schema ?? objectSchema, writer, makeDice(`${seed}:shape`))
  )
}

const vices: ReadonlyArray<Vice> = ["repeats", "invents", "pads"]

/** A model whose name says that it is a bad one has a vice in every answer. */
const viceOf = (model: string, own: string): Vice | undefined =>
  /bad/i.test(model) ? vices[Math.floor(chance(own, "vice") * vices.length)] : undefined

/**
 * The same request and seed give the same answer. `quality` is the share of prompts, by their content, that are
 * answered without a flaw.
 */
export const answerText = (request: ChatRequest, seed: string, quality: number): string => {
  const own = `${seed}:${request.meaning}`
  const draw = chance(own, "quality")
  const flaw: Flaw | undefined = draw < quality
    ? undefined
    : chance(own, "flaw") < 0.5
    ? "number"
    : "placeholder"
  const vice = viceOf(request.model, own)
  const material = readMaterial(request.messages)
  return compose(request, makeWriter(material, makeDice(own), flaw, vice), own)
}
