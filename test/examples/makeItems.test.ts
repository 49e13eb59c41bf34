// make-items on a small tree of packages as nobody should publish them.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeItems } from "../../examples/packages/make-items.ts"
import { tempDir } from "../support/TempDir.ts"

type Tree = { readonly [name: string]: string | Buffer | Tree }

const plant = (directory: string, tree: Tree): void => {
  fs.mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(directory, name)
    if (typeof content === "string" || Buffer.isBuffer(content)) fs.writeFileSync(file, content)
    else plant(file, content)
  }
}

const pkg = (manifest: object, more: Tree = {}): Tree => ({
  "package.json": JSON.stringify(manifest),
  ...more
})

const made = (tree: Tree, change: (modules: string) => void = () => undefined) =>
  Effect.gen(function*() {
    const directory = yield* tempDir
    const modules = path.join(directory, "node_modules")
    plant(modules, tree)
    change(modules)
    const out = path.join(directory, "out")
    const { rows, skipped } = makeItems(modules, out)
    const text = fs.readFileSync(path.join(out, "items.jsonl"), "utf8")
    const readme = (slug: string): string =>
      fs.readFileSync(path.join(out, "readmes", `${slug}.md`), "utf8")
    return { rows, skipped, text, readme, out }
  })

describe("make-items", () => {
  it.live("lists each version once, scoped and nested ones too, by name, the nearest first", () =>
    Effect.gen(function*() {
      const { rows, text } = yield* made({
        b: pkg({ name: "b", version: "2.0.0" }, {
          node_modules: {
            a: pkg({ name: "a", version: "0.9.0" }, {
              node_modules: { c: pkg({ name: "a", version: "1.0.0" }) }
            }),
            deep: pkg({ name: "deep", version: "1.0.0" }),
            "@s": { x: pkg({ name: "@s/x", version: "0.1.0" }) }
          }
        }),
        a: pkg({ name: "a", version: "1.0.0" }),
        "@s": { x: pkg({ name: "@s/x", version: "3.0.0" }) },
        ".bin": { b: "#!/bin/sh" },
        ".package-lock.json": "{}"
      })
      assert.deepStrictEqual(rows.map(({ name, slug, version }) => [name, slug, version]), [
        ["@s/x", "s--x", "3.0.0"],
        ["@s/x", "s--x-0.1.0", "0.1.0"],
        ["a", "a", "1.0.0"],
        ["a", "a-0.9.0", "0.9.0"],
        ["b", "b", "2.0.0"],
        ["deep", "deep", "1.0.0"]
      ])
      assert.deepStrictEqual(text.split("\n").slice(0, -1).map((line) => JSON.parse(line)), [
        ...rows
      ])
    }).pipe(Effect.scoped))

  it.live("reads what a package.json says of itself, however it says it", () =>
    Effect.gen(function*() {
      const { rows } = yield* made({
        plain: pkg({
          name: "plain",
          version: "1.2.3",
          description: "two\n lines\u0000 and\u2028more",
          license: { type: "MIT" },
          keywords: ["one", 2, "", "two"],
          engines: { node: ">=18" },
          type: "module",
          bin: { run: "x.js", stop: "y.js" },
          dependencies: { left: "1", right: "2" }
        }),
        odd: pkg({
          name: "odd",
          version: 7,
          description: ["no"],
          licenses: [{ type: "BSD" }, "ISC"],
          keywords: "k",
          bin: "b.js",
          engines: [],
          dependencies: null
        }),
        bare: pkg({ name: "bare" })
      })
      const [bare, odd, plain] = rows
      assert.deepInclude(plain, {
        description: "two lines and more",
        licence: "MIT",
        keywords: "one, two",
        nodeRange: ">=18",
        moduleKind: "ES modules",
        commands: "run, stop",
        dependencies: "left, right",
        installLine: "npm install plain"
      })
      assert.deepInclude(odd, {
        version: "not stated",
        description: "",
        licence: "BSD, ISC",
        keywords: "",
        commands: "odd",
        dependencies: ""
      })
      assert.deepInclude(bare, {
        version: "not stated",
        licence: "not stated",
        nodeRange: "not stated"
      })
      // Every field in every row: a strict template asks for them.
      for (const row of rows) assert.hasAllKeys(row, Object.keys(plain!))
    }).pipe(Effect.scoped))

  it.live("leaves out what is no package, and says why", () =>
    Effect.gen(function*() {
      const { rows, skipped } = yield* made({
        nameless: pkg({ version: "1.0.0" }),
        notjson: { "package.json": "{ name: nope" },
        list: { "package.json": "[]" },
        empty: {},
        huge: { "package.json": `{"name":"huge","x":"${"x".repeat(1024 * 1024)}"}` },
        folder: { "package.json": { x: "" } },
        file: "just a file",
        bom: { "package.json": `\uFEFF{"name":"bom"}` }
      })
      assert.deepStrictEqual(rows.map(({ name }) => name), ["bom"])
      const reasons = Object.fromEntries(
        skipped.map(({ directory, reason }) => [path.basename(directory), reason])
      )
      assert.hasAllKeys(reasons, ["nameless", "notjson", "list", "empty", "huge", "folder"])
      assert.include(reasons["nameless"], "no name")
      assert.include(reasons["notjson"], "cannot be read")
      assert.include(reasons["empty"], "no package.json")
      assert.include(reasons["huge"], "larger")
    }).pipe(Effect.scoped))

  it.live("ends where symbolic links go round, and follows those that do not", () =>
    Effect.gen(function*() {
      const { rows } = yield* made({
        a: pkg({ name: "a" }, { node_modules: {} }),
        store: { linked: pkg({ name: "linked" }) }
      }, (modules) => {
        fs.symlinkSync(modules, path.join(modules, "a", "node_modules", "round"))
        fs.symlinkSync(path.join(modules, "a"), path.join(modules, "a", "node_modules", "self"))
        fs.symlinkSync("loop", path.join(modules, "loop"))
        fs.symlinkSync(path.join(modules, "gone"), path.join(modules, "dangling"))
        fs.symlinkSync(path.join(modules, "store", "linked"), path.join(modules, "linked"))
      })
      assert.deepStrictEqual(rows.map(({ name }) => name), ["a", "linked"])
    }).pipe(Effect.scoped))

  it.live("makes slugs that are safe and distinct, and stay inside the folder", () =>
    Effect.gen(function*() {
      const names = ["@a/b", "a--b", "A--B", "../../etc", "ü n i", "日本", "x".repeat(300)]
      const { out, rows } = yield* made(
        Object.fromEntries(
          names.map((
            name,
            i
          ) => [`p${i}`, pkg({ name }, { "README.md": `about ${i} in a few words` })])
        )
      )
      const slugs = rows.map(({ slug }) => slug)
      assert.strictEqual(new Set(slugs.map((slug) => slug.toLowerCase())).size, names.length)
      for (const slug of slugs) assert.match(slug, /^\w[\w.-]*$/)
      assert.lengthOf(fs.readdirSync(path.join(out, "readmes")), names.length)
      assert.sameMembers(fs.readdirSync(out), ["items.jsonl", "readmes"])
    }).pipe(Effect.scoped))

  it.live("takes any README, as text, up to its bound; a Markdown one first", () =>
    Effect.gen(function*() {
      const { readme, rows } = yield* made({
        lower: pkg({ name: "lower" }, { readme: "plain", "readme.md": "markdown" }),
        binary: pkg({ name: "binary" }, {
          "README.md": Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42])
        }),
        long: pkg({ name: "long" }, { "README.md": "ä".repeat(70_000) + "end" }),
        folder: pkg({ name: "folder" }, { "README.md": { x: "" } }),
        blank: pkg({ name: "blank" }, { "README.md": " \n " })
      })
      const withReadme = rows.filter(({ readmePath }) => readmePath !== undefined)
      assert.deepStrictEqual(withReadme.map(({ readmePath }) => readmePath), [
        "readmes/binary.md",
        "readmes/long.md",
        "readmes/lower.md"
      ])
      assert.strictEqual(readme("lower"), "markdown")
      assert.strictEqual(readme("binary"), "\ufffd\ufffdAB")
      assert.match(readme("long"), /^ä{32768}$/)
    }).pipe(Effect.scoped))

  it.live("writes the same again, and nothing for a folder that is not there", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const modules = path.join(directory, "node_modules")
      plant(modules, { a: pkg({ name: "a" }, { README: "words" }), b: pkg({ name: "b" }) })
      makeItems(modules, directory)
      const before = fs.readFileSync(path.join(directory, "items.jsonl"))
      makeItems(modules, directory)
      assert.deepStrictEqual(fs.readFileSync(path.join(directory, "items.jsonl")), before)
      assert.lengthOf(makeItems(path.join(directory, "none"), directory).rows, 0)
    }).pipe(Effect.scoped))
})
