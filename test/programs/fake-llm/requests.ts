// Chat requests as the tests send them.
import { isBadRequest, readChatRequest } from "../../../src/programs/fake-llm/ChatRequest.ts"
import type { ChatRequest } from "../../../src/programs/fake-llm/ChatRequest.ts"

export const evidence = `description: A small library that parses query strings.
# quill
[![build](https://ci.example/badge.svg)](https://ci.example) <img src="x.png" width="100">

quill reads a query string in one pass and keeps the order of its 24 parameters.
It was written for servers that answer 1,500 requests a second on one core.

\`\`\`js
const x = parse("a=1") // 99999
\`\`\`

- Nested values are read up to a depth of 8 levels by default.
- Every error names the position in the text where it was found.
Nothing is ever evaluated, so a hostile string cannot run code.
The library has no dependencies and works in browsers and on servers alike.`

export const userText = (slug: string, text: string = evidence): string =>
  `Write about this package.\nSlug: ${slug}\nName: ${slug}\nInstall line: npm install ${slug}\nLicence: MIT\n\n` +
  `<evidence>\n${text}\n</evidence>`

export interface BodyOptions {
  readonly model?: string
  readonly user?: string
  readonly schema?: object
}

export const bodyOf = (
  { model = "fake-large", schema, user = userText("quill") }: BodyOptions = {}
): object => ({
  model,
  messages: [{ role: "system", content: "You write catalogue pages." }, {
    role: "user",
    content: user
  }],
  ...(schema === undefined
    ? {}
    : {
      response_format: { type: "json_schema", json_schema: { name: "page", strict: true, schema } }
    })
})

export const requestOf = (body: object): ChatRequest => {
  const request = readChatRequest(Buffer.from(JSON.stringify(body)))
  if (isBadRequest(request)) throw new Error(request.message)
  return request
}
