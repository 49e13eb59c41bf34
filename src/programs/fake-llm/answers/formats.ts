// A text of each common format of JSON Schema.

export const formats: { readonly [format: string]: string } = {
  "date-time": "2025-01-15T09:30:00Z",
  date: "2025-01-15",
  time: "09:30:00Z",
  email: "info@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "3f2b8a54-6c1d-4e7f-9a0b-5d8c2e1f7a36"
}
