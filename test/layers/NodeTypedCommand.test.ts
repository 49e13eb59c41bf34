// The words that a person typed to get here, from what Node and npm tell.
import { assert, it } from "@effect/vitest"
import { typedCommand } from "../../src/layers/NodeTypedCommand.ts"
import type { Start } from "../../src/layers/NodeTypedCommand.ts"

const start: Start = {
  argv0: "node",
  execArgv: [],
  script: "/work/shop/node_modules/.bin/inkfast",
  cwd: "/work/shop",
  path: ["/usr/local/bin", "/usr/bin"],
  npmCommand: "",
  npmScript: "",
  npmScriptText: ""
}

const cases: ReadonlyArray<readonly [string, Partial<Start>, string]> = [
  ["a command on the path", { script: "/usr/local/bin/inkfast" }, "inkfast"],
  ["npx", { npmCommand: "exec", npmScript: "npx", npmScriptText: "'inkfast'" }, "npx inkfast"],
  [
    "npm run, with a script that starts this file",
    {
      script: "/work/shop/src/bin.ts",
      npmCommand: "run",
      npmScript: "inkfast",
      npmScriptText: "node scripts/require-node.cjs && node src/bin.ts"
    },
    "npm run inkfast --"
  ],
  [
    "npm run, with a script that starts this command",
    { npmCommand: "run-script", npmScript: "ink", npmScriptText: "inkfast" },
    "npm run ink --"
  ],
  [
    "npm run, with a script that has arguments of its own",
    { npmCommand: "run", npmScript: "pages", npmScriptText: "inkfast generate --job pages" },
    "npx inkfast"
  ],
  ["a bundle run by Node", { script: "/work/shop/dist/bin.js" }, "node dist/bin.js"],
  [
    "Node with flags of its own",
    { argv0: "/opt/node", execArgv: ["--inspect"], script: "/work/ink/bin.js" },
    "/opt/node --inspect ../ink/bin.js"
  ],
  ["a file in a place far away", { script: "/b.js", cwd: "/a/long/way/down" }, "node /b.js"],
  [
    "a command that is not on the path",
    { path: [] },
    "node_modules/.bin/inkfast"
  ],
  ["the same, right here", { script: "/work/shop/inkfast" }, "./inkfast"],
  [
    "a script of npm that starts another file, which starts this one",
    {
      script: "/work/shop/src/bin.ts",
      npmCommand: "run",
      npmScript: "demo",
      npmScriptText: "node scripts/demo.ts"
    },
    "node src/bin.ts"
  ]
]

it.for(cases)("%s", ([, some, words]) => {
  assert.strictEqual(typedCommand({ ...start, ...some }).join(" "), words)
})
