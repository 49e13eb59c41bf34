// Help without `Intl.Segmenter`, for the bundle: `effect/cli` makes one when it is loaded, to measure how wide its texts are.
//
// For the first one Node goes through all locales that it knows, which takes half as long as all that a bare Node does.
// Printable ASCII is as wide as it is long, so one is made only where other text is measured.
import type { Plugin } from "rolldown"

const replace = (code: string, wanted: RegExp, replacement: string): string => {
  if (wanted.test(code)) return code.replace(wanted, replacement)
  throw new Error(`effect/cli/CliOutput has changed: nothing in it is like ${wanted}`)
}

export const lateSegmenter: Plugin = {
  name: "late-segmenter",
  transform: {
    filter: { id: /effect\/dist\/cli\/CliOutput\.js$/ },
    handler: (code) => {
      const late = replace(
        code,
        /const graphemeSegmenter = (\S*new Intl\.Segmenter\([^)]*\));/,
        "const graphemeSegmenter = { segment: text => ($1).segment(text) };"
      )
      return replace(
        late,
        /export const displayWidth = text => \{/,
        "$&\n  const plain = stripAnsi(text);\n  if (/^[ -~]*$/.test(plain)) return plain.length;"
      )
    }
  }
}
