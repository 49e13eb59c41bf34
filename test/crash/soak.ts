// Three processes append while a fourth consolidates as fast as it can; then every acknowledged record is looked for.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Platform from "../../src/layers/Platform.ts"
import { DataDirectory, paths } from "../../src/services/durability/DataDirectory.ts"
import { verifyLine } from "../../src/services/durability/LineCodec.ts"
import { Consolidation } from "../../src/services/master/Consolidation.ts"
import { killAll, start } from "../support/processes.ts"
import type { Running } from "../support/processes.ts"

export interface SoakOptions {
  readonly root: string
  /** Records of each appender; 0: until `stop`. */
  readonly count: number
  /** Settles when the appenders are to end; by default they end by their count. */
  readonly stop?: Promise<unknown>
  /** Told after each consolidation how many there were. */
  readonly onConsolidated?: (count: number) => void
}

export interface SoakReport {
  readonly acknowledged: number
  readonly slugs: number
  readonly consolidations: number
  /** The longest time that a consolidation held the appenders' lock. */
  readonly longestPauseMs: number
  readonly faults: ReadonlyArray<string>
}

const worker = fileURLToPath(new URL("soakWorker.ts", import.meta.url))

interface Line {
  readonly slug: string
  readonly _meta: { readonly id: string }
}

/** By slug, the id that is expected to stand. */
const check = (file: string, expected: ReadonlyMap<string, string>): Array<string> => {
  const faults: Array<string> = []
  const found = new Map<string, string>()
  const name = path.basename(file)
  for (const text of fs.readFileSync(file, "utf8").split("\n").slice(0, -1)) {
    if (verifyLine(Buffer.from(text)) !== "valid") {
      faults.push(`${name}: a line is damaged: ${text.slice(0, 80)}`)
      continue
    }
    const { _meta, slug } = JSON.parse(text) as Line
    if (found.has(slug)) faults.push(`${name}: ${slug} stands twice`)
    found.set(slug, _meta.id)
  }
  for (const [slug, id] of expected) {
    if (found.get(slug) !== id) {
      faults.push(
        `${name}: ${slug}: ${id} was acknowledged, ${found.get(slug) ?? "nothing"} stands`
      )
    }
  }
  if (found.size !== expected.size) {
    faults.push(`${name}: ${found.size} slugs, ${expected.size} were acknowledged`)
  }
  return faults
}

const numberOf = (id: string | undefined): number => Number(id?.split(":")[1] ?? -1)

export const soak = async (
  { count, onConsolidated, root, stop }: SoakOptions
): Promise<SoakReport> => {
  const workers: Array<Running> = []
  const begin = (...args: ReadonlyArray<string>): Running => {
    const running = start([process.execPath, worker, ...args], {
      cwd: root,
      env: { PATH: process.env["PATH"] ?? "" },
      input: { open: true }
    })
    workers.push(running)
    return running
  }
  const faults: Array<string> = []
  const newest = new Map<string, string>()
  let acknowledged = 0
  let consolidations = 0
  let longestPauseMs = 0
  try {
    const appenders = ["one", "two", "three"].map((name) => begin("append", root, name, `${count}`))
    for (const appender of appenders) {
      appender.onStdout((line) => {
        const [slug = "", id = ""] = line.split(" ")
        acknowledged++
        if (numberOf(id) > numberOf(newest.get(slug))) newest.set(slug, id)
      })
    }
    await Promise.all(appenders.map((appender) => appender.line("stdout", /./)))
    const consolidator = begin("consolidate", root)
    consolidator.onStdout((line) => {
      consolidations++
      longestPauseMs = Math.max(longestPauseMs, Number(line.split(" ")[3]))
      onConsolidated?.(consolidations)
    })
    await stop
    if (stop !== undefined) { for (const each of appenders) each.child.stdin?.end() }
    const ended = await Promise.all(appenders.map((appender) => appender.ended))
    consolidator.child.stdin?.end()
    ended.push(await consolidator.ended)
    for (const { code, signal, stderr } of ended) {
      if (code !== 0) faults.push(`a process ended with ${signal ?? code}: ${stderr.join(" ")}`)
    }
  } finally {
    await killAll(workers)
  }
  await Effect.runPromise(
    Effect.provide(
      Effect.flatMap(Consolidation, (service) => service.consolidate),
      Consolidation.layer.pipe(Layer.provide([DataDirectory.layer(root), Platform.layer]))
    )
  )
  const data = paths(root)
  faults.push(...check(data.updates, newest), ...check(data.successes, newest))
  if (!fs.readFileSync(data.updates).equals(fs.readFileSync(data.successes))) {
    faults.push("updates and successes differ")
  }
  const temps = fs.readdirSync(data.master).filter((name) => name.endsWith(".tmp"))
  if (temps.length > 0) faults.push(`temps are left: ${temps.join(", ")}`)
  return { acknowledged, slugs: newest.size, consolidations, longestPauseMs, faults }
}
