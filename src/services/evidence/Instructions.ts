// Words in evidence that address the model instead of a reader. They are told, not taken out: evidence is data to the
// prompt either way, and an article about such words is full of them.
import { lookalikes } from "../Lookalikes.ts"
import { excerpt } from "../qa/Finding.ts"
import type { EvidenceFinding } from "./Evidence.ts"

/** The same text as a reader takes it, each unit in its place, so that places in it are places in the text. */
const folded = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  /^[\x00-\x7f]*$/.test(text) ? text : text.replace(/[^\x00-\x7f]/g, (unit) => {
    const plain = lookalikes[unit.toLowerCase()] ?? unit.normalize("NFKC")
    return plain.length === 1 ? plain : unit
  })

const what =
  "(?:instructions?|prompts?|rules?|guidelines|directions|commands|context|system messages?)"
const any =
  "(?:(?:all|any|every|the|your|these|those|of|my|previous|prior|above|earlier|preceding|foregoing|original|system|safety|other|given)\\s+){1,5}"

/** Where none of a pattern's last words stands, in lower case, the pattern need not be looked for: most texts have none. */
const patterns: ReadonlyArray<readonly [RegExp, string, ReadonlyArray<string>]> = [
  [
    new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass|do not follow|don't follow|stop following)\\s+${any}${what}\\b`,
      "gi"
    ),
    "asks to ignore instructions",
    ["ignore", "disregard", "forget", "override", "bypass", "follow"]
  ],
  [
    /\b(?:ignore|disregard|forget) (?:everything|anything|all(?: of)?(?: that| the text)?|what(?:ever)?)[\s\w]{0,20}\b(?:above|before|previously|told|said|instructed)\b/gi,
    "asks to ignore instructions",
    ["ignore", "disregard", "forget"]
  ],
  [
    /\b(?:ignorier\w*|vergiss|missachte)\s+(?:\w+\s+){0,3}(?:anweisung\w*|instruktion\w*|regeln|vorgaben)\b|\bignore[zr]?\s+(?:\S+\s+){0,3}(?:instructions|consignes)(?:\s+précédentes)?|\bignora\w*\s+(?:\w+\s+){0,3}(?:instrucciones|istruzioni|instruções)\b/gi,
    "asks to ignore instructions",
    ["ignor", "vergiss", "missachte"]
  ],
  [
    /\byou are (?:now |no longer )?(?:an? |the )?(?:\w+ ){0,2}(?:ai|llm|chatgpt|gpt-?\d?|claude|gemini|language model|chatbot|ai assistant|dan)\b/gi,
    "tells a model what it is",
    ["you are"]
  ],
  [
    /\b(?:if you are|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|dear)\s*:?\s+(?:an? |the |any |all )?(?:ai|llm|llms|chatgpt|gpt-?\d?|claude|gemini|(?:large )?language models?|ai (?:models?|assistants?|agents?|systems?|crawlers?))\b/gi,
    "speaks to a model",
    ["if you are", "attention", "note to", "message", "instruction", "hey", "dear"]
  ],
  [
    /\b(?:new|updated|revised|real|actual|secret|hidden|admin|system|developer) (?:system )?(?:instructions?|prompt|directive|override)\s*:/gi,
    "claims to be an instruction",
    ["instruction", "prompt", "directive", "override"]
  ],
  [
    /\b(?:reveal|print|repeat|output|show|leak|expose|disclose)\s+(?:me\s+)?(?:your|the)\s+(?:\w+\s+)?(?:system prompt|(?:initial|original|hidden|system) (?:prompt|instructions?)|instructions above|api key)\b/gi,
    "asks for the prompt",
    ["prompt", "instructions", "api key"]
  ],
  [
    /\b(?:when|while|before) (?:you (?:are )?)?(?:summari[sz]ing|writing|generating|describing|answering|responding|asked)\b[^.\n]{0,80}\b(?:always|must|you should|make sure|be sure|include|mention|say|state|recommend|do not mention|never mention)\b/gi,
    "tells a writer what to write",
    ["summari", "writing", "generating", "describing", "answering", "responding", "asked"]
  ],
  [
    /\byou (?:must|should|will|have to|are required to) (?:now |always |only |instead )?(?:respond|reply|answer|write|output|say|state|recommend|include|mention|rate|rank|generate|return)\b/gi,
    "tells a writer what to write",
    ["you must", "you should", "you will", "you have to", "you are required"]
  ],
  [
    /\b(?:respond|reply|answer|output) (?:only|exclusively|instead|solely) (?:with|in|the)\b/gi,
    "tells a writer what to write",
    ["only", "exclusively", "instead", "solely"]
  ],
  [
    /<\|?(?:im_start|im_end|system|endoftext|assistant|user|eot_id|start_header_id)\|?>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|^\s*#{1,6}\s*(?:system|instruction|assistant)s?\s*:?\s*$|^\s*(?:system|assistant|human)\s*:\s*\S/gim,
    "imitates a chat's marks",
    ["<", "inst]", "sys]", "system", "assistant", "human", "instruction"]
  ],
  [
    /<\/?\s*(?:evidence|source|findings|rejected_draft|system|instructions?)(?:\s[^>]{0,100})?>/gi,
    "imitates the prompt's marks",
    ["<"]
  ]
]

const findingsMax = 20

const sentenceAt = (text: string, start: number, end: number): string => {
  const from = Math.max(text.lastIndexOf("\n", start - 1) + 1, start - 40)
  const stop = text.indexOf("\n", end)
  return excerpt(
    text.slice(from, stop === -1 ? Math.min(text.length, end + 120) : Math.min(stop, end + 120))
      .trim()
  )
}

interface Found {
  readonly offset: number
  readonly text: string
  readonly why: string
}

/** Places in the text that speak to a model, the first of each line. */
const instructionsIn = (text: string): ReadonlyArray<Found> => {
  const plain = folded(text)
  const lower = plain.toLowerCase()
  const found = new Map<number, Found>()
  for (const [pattern, why, anchors] of patterns) {
    if (!anchors.some((anchor) => lower.includes(anchor))) continue
    for (const match of plain.matchAll(pattern)) {
      const line = plain.lastIndexOf("\n", match.index) + 1
      if (!found.has(line)) {
        found.set(line, {
          offset: match.index,
          text: sentenceAt(text, match.index, match.index + match[0].length),
          why
        })
      }
      if (found.size >= findingsMax) break
    }
  }
  return [...found.values()].sort((a, b) => a.offset - b.offset)
}

/** What stands in the source's text, and in what was hidden on its page. */
export const findInstructions = (
  source: string,
  text: string,
  hidden: ReadonlyArray<string>
): ReadonlyArray<EvidenceFinding> => [
  ...instructionsIn(text).map(({ offset, text, why }): EvidenceFinding => ({
    rule: "instructions",
    source,
    offset,
    text,
    message: `${source} ${why}`
  })),
  ...hidden.flatMap(instructionsIn).slice(0, findingsMax).map(({ text, why }): EvidenceFinding => ({
    rule: "hidden-instructions",
    source,
    offset: null,
    text,
    message: `${source} ${why}, in words that its readers do not see; they were left out`
  }))
]
