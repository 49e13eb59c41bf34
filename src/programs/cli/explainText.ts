// What happened to an item as text for a terminal: words from outside are indented, and cannot pass for ours.
import { counted } from "../counted.ts"
import { describe as describeReason } from "../../services/generation/FailureClass.ts"
import { excerpt, placed } from "../../services/qa/Finding.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { formatUsd, fromUsd } from "../../services/spending/Money.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type {
  Explanation,
  ExplanationSources,
  JournalPlace,
  MasterPlace
} from "../explain/explain.ts"

/** Longer prompts and answers are cut here: --json has them whole. */
const textCharsMax = 2_000

const quoted = (text: string): ReadonlyArray<string> =>
  excerpt(text, textCharsMax).split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) =>
    `      | ${line}`
  )

/** In one line, whatever it holds; what stands before it is the program's own. */
const inline = (text: string): string => text.replace(/[\s\u0085\u2028\u2029]+/g, " ")

const findingLines = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings.map((finding) => {
    const { message, text } = finding
    return "      " + inline(`- ${placed(finding)}: ${message}${text === "" ? "" : ` (${text})`}`)
  })

const eventLines = ({ event, file, line }: JournalPlace): ReadonlyArray<string> => {
  const head = `${event.at}  ${event.id}  ${file}:${line}`
  switch (event._tag) {
    case "intent":
      return [
        head,
        "    " +
        inline(
          (event.judges === undefined
            ? `asked ${event.model}, rung ${event.rung}, attempt ${event.attempt}`
            : `asked ${event.model} to judge the answer ${event.judges}`) +
            `, at most ${formatUsd(event.reservedNanoUsd)}`
        ),
        `    prompt ${event.promptHash}, schema ${event.schemaHash}, evidence ${event.evidenceHash}`,
        ...event.messages.flatMap(({ content, role }) => [`    ${role}:`, ...quoted(content)])
      ]
    case "response": {
      const { finish, model, text, usage } = event.completion
      const tokens = usage === null
        ? "no usage given"
        : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`
      return [
        head,
        "    " +
        inline(
          `answered by ${model} in ${event.latencyMs} ms: ${finish}, ${tokens}, ${
            formatUsd(event.costNanoUsd)
          }`
        ),
        ...quoted(text)
      ]
    }
    case "failure":
      return [
        head,
        "    " + inline(`failed: ${describeReason(event.reason)}`) +
        (event.atRiskNanoUsd > 0 ? `; at risk, at most ${formatUsd(event.atRiskNanoUsd)}` : "")
      ]
    case "verdict":
      return [
        head,
        event.accepted ? "    accepted by QA" : `    rejected by QA: ${event.cause ?? "QaFailed"}`,
        ...findingLines(event.findings)
      ]
    case "end": {
      const what = event.outcome === "rejected" ? "rejected" : "the record is kept"
      const cause = event.cause === null ? "" : `${event.cause}: `
      return [head, "    " + inline(`${what}: ${cause}${event.reason}`)]
    }
  }
}

const textIn = (object: unknown, key: string): string | undefined => {
  const value = (object as { readonly [key: string]: unknown } | undefined)?.[key]
  return typeof value === "string" ? value : undefined
}

const rejectsFile = "master/rejects.jsonl"

const whatStands = ({ file, object }: MasterPlace): string => {
  if (file !== rejectsFile) {
    return `record of ${textIn(object["_meta"], "model") ?? "an unnamed model"}`
  }
  const cause = [textIn(object, "cause") ?? "a reject", textIn(object, "missCause")].filter(Boolean)
    .join("/")
  return `${cause}: ${textIn(object, "reason") ?? "no reason given"}`
}

const whereOf = ({ file, line, offset }: MasterPlace): string =>
  line === null ? `${file} at byte ${offset}` : `${file}:${line}`

const idIn = ({ object }: MasterPlace): string | undefined => textIn(object["_meta"], "id")

/** Ends that no journal tells of: of imported lines, of journals that are gone or of earlier versions. */
const untold = ({ events, lines }: Explanation): ReadonlyArray<MasterPlace> => {
  const told = new Set(
    events.flatMap(({ event }) =>
      event._tag === "end" || (event._tag === "verdict" && event.accepted) ? [event.id] : []
    )
  )
  return lines.filter((place) =>
    place.file !== "master/updates.jsonl" && place.at !== null && !told.has(idIn(place) ?? "")
  )
}

/** Everything that is known to have happened, in the order of its times. */
const timeline = (explanation: Explanation): ReadonlyArray<string> =>
  [
    ...explanation.events.map((place) => ({ at: place.event.at, lines: eventLines(place) })),
    ...untold(explanation).map((place) => ({
      at: place.at ?? "",
      lines: [
        `${place.at}  ${idIn(place) ?? "no id"}  ${whereOf(place)}`,
        "    " + inline(`${place.file === rejectsFile ? "rejected: " : ""}${whatStands(place)}`)
      ]
    }))
    // The sort is stable: what has one time stays in the order of its journal.
  ].sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0).flatMap(({ lines }) => lines)

const placeLine = (place: MasterPlace): string => {
  const { at, file, object, stands } = place
  const meta = object["_meta"] as { readonly [key: string]: unknown } | undefined
  const cost = typeof meta?.["costUsd"] === "number"
    ? `, ${formatUsd(fromUsd(meta["costUsd"]))}`
    : ""
  const id = idIn(place) ?? "no id"
  const state = stands ? "stands" : "superseded"
  const since = at === null ? "" : `  ${file === rejectsFile ? "rejected" : "accepted"} ${at}`
  return "  " + inline(`${whereOf(place)}  ${state}  ${id}${since}  ${whatStands(place)}${cost}`)
}

const evidenceLines = (
  { hash, misses, outcome, sources }: EvidenceBundle
): ReadonlyArray<string> => [
  `evidence as it is known now, hash ${hash}: ${
    outcome._tag === "Enough" ? "enough" : inline(`${outcome.cause}: ${outcome.reason}`)
  }`,
  ...sources.map(({ at, kind, name, text }) =>
    "  " + inline(`${kind} ${name}: ${counted(text.length, "character")}, ${at}`)
  ),
  ...misses.map(({ cause, kind, name, reason }) =>
    "  " + inline(`${kind} ${name}: ${cause}: ${reason}`)
  )
]

/** What was read: where that was everything, it takes as long as the files are large. */
const readLine = (
  { journalBytes, journalsByList, journalsWhole, masters }: ExplanationSources
): string => {
  const journals = [
    ...(journalsByList > 0 ? [`${journalsByList} journals by their lists`] : []),
    ...(journalsWhole > 0
      ? [`${journalsWhole} journals whole, ${(journalBytes / 1e6).toFixed(1)} MB`]
      : [])
  ]
  return `read: ${
    [`masters ${masters === "index" ? "by their index" : "whole"}`, ...journals].join("; ")
  }`
}

/** Control characters are left in: whoever prints it takes them out. */
export const explanationText = (
  explanation: Explanation,
  row: { readonly file: string; readonly line: number } | undefined,
  evidence: EvidenceBundle | undefined
): string => {
  const { atRiskNanoUsd, calls, lines, slug, spentNanoUsd, state } = explanation
  return [
    inline(`${slug}: ${state}; ${counted(calls, "call")}, ${formatUsd(spentNanoUsd)} spent`) +
    (atRiskNanoUsd > 0 ? `, at most ${formatUsd(atRiskNanoUsd)} at risk` : ""),
    row === undefined ? "row not in the input" : inline(`row ${row.file}:${row.line}`),
    ...(evidence === undefined ? [] : evidenceLines(evidence)),
    ...timeline(explanation),
    lines.length === 0 ? "it stands in no master" : "in the masters:",
    ...lines.map(placeLine),
    readLine(explanation.read)
  ].join("\n")
}
