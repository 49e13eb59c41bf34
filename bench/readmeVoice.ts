// Texts in the manner of the READMEs installed here, as many as are wanted: each word follows the one before as it does in
// one of them, and some are the text's own, as product names and features are.
import * as fs from "node:fs"
import * as path from "node:path"
import type { Voice } from "../test/support/plantedCorpus.ts"
import { wordOf } from "../test/support/plantedCorpus.ts"

const sentenceWords = { min: 8, spread: 12 }
const ownWords = 24
/** One word in so many is one of the text's own. */
const ownEvery = 6

/** Lines that read as prose, without their markup. */
const proseOf = (markdown: string): ReadonlyArray<ReadonlyArray<string>> =>
  markdown.replace(/```[\s\S]*?```/g, "").split("\n")
    .filter((line) => !/^\s*[|#<[!]|https?:/.test(line))
    .map((line) => line.toLowerCase().match(/[a-z][a-z']*/g) ?? [])
    .filter((words) => words.length >= 6)

const readmesIn = (modules: string): ReadonlyArray<string> =>
  fs.globSync("{*,@*/*}/README.md", { cwd: modules }).sort()
    .map((name) => fs.readFileSync(path.join(modules, name), "utf8"))

/** A word and those that stood behind it, one for each time. */
interface Node {
  readonly word: string
  readonly next: Array<Node>
}

export const readmeVoice = (modules: string): Voice => {
  const nodes = new Map<string, Node>()
  const nodeOf = (word: string): Node => {
    const node = nodes.get(word) ?? { word, next: [] }
    nodes.set(word, node)
    return node
  }
  for (const words of readmesIn(modules).flatMap(proseOf)) {
    words.forEach((word, at) => nodeOf(word).next.push(nodeOf(words[at + 1] ?? "the")))
  }
  const all = [...nodes.values()]
  return (dice) => {
    const own = Array.from({ length: ownWords }, () => `${wordOf(dice)}${wordOf(dice)}`)
    return () => {
      const length = sentenceWords.min + dice.below(sentenceWords.spread)
      let sentence = ""
      let node = all[dice.below(all.length)]!
      for (let n = 0; n < length; n++) {
        const word = dice.below(ownEvery) === 0 ? own[dice.below(own.length)]! : node.word
        sentence = n === 0 ? word : `${sentence} ${word}`
        node = node.next[dice.below(node.next.length)]!
      }
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
    }
  }
}
