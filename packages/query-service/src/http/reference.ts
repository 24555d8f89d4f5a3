import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';

const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  schema: z.unknown(),
});
const content = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.tuple([z.string()]),
  'x-roles': z.array(z.string()).optional(),
  parameters: z.array(parameter),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
const description = z.object({
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
type Entry = z.output<typeof operation> & { readonly method: string; readonly path: string };

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; background: #fff }
h2 { border-bottom: 1px solid #c9d1dc; margin-top: 3rem } h3 { font: 600 1rem ui-monospace, monospace; margin-top: 2rem }
nav ul { columns: 3; list-style: none; padding: 0 } a { color: #0b57a4 }
pre { background: #f3f5f8; padding: .75rem; overflow: auto; font-size: .85rem } code { font-size: .9em }
table { border-collapse: collapse } td, th { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0 }
@media (prefers-color-scheme: dark) { body { color: #dde3ec; background: #12161c } pre { background: #1d232c } a { color: #7db8f5 } }`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** Nothing but the page itself and its one style: no script, no request to anywhere. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Answers the reference of the API as one page without scripts, made from its OpenAPI description. */
export function reference(openapi: unknown): RequestHandler {
  const page = referencePage(openapi);
  return (_request, response) => {
    response.setHeader('content-security-policy', POLICY);
    response.type('html').send(page);
  };
}

/** The page as HTML. Pure. @throws ZodError where it is no description of ours */
export function referencePage(openapi: unknown): string {
  const { info, paths, components } = description.parse(openapi);
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): Entry => ({ ...each, method, path })),
  );
  const tags = [...Map.groupBy(entries, ({ tags: [tag] }) => tag)];
  const links = tags.map(([tag]) => `<li><a href="#${escaped(tag)}">${escaped(tag)}</a></li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}: API reference</title><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)}, version ${escaped(info.version)}</h1>
<p>Made from the <a href="/openapi.json">OpenAPI 3.1 description</a>. Send <code>Authorization: Bearer …</code> with an agent’s key or
a personal token. Lists have <code>limit</code> and <code>cursor</code>; errors name a code, what to do, and the request.</p>
<nav aria-label="Topics"><ul>${links.join('')}</ul></nav>
<main>${tags.map(([tag, some]) => `<section id="${escaped(tag)}"><h2>${escaped(tag)}</h2>${some.map(entryHtml).join('')}</section>`).join('')}
${schemasHtml(components.schemas)}</main></body></html>`;
}

function entryHtml(entry: Entry): string {
  const { method, path, operationId, summary, parameters, requestBody, responses } = entry;
  const [status = '', answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  const errors = Object.keys(responses).filter((code) => !code.startsWith('2'));
  const roles = entry['x-roles']?.join(', ') ?? 'anyone';
  return `<article id="${escaped(operationId)}"><h3>${method.toUpperCase()} ${escaped(path)}</h3>
<p>${escaped(summary)}. For: ${escaped(roles)}.</p>${parametersHtml(parameters)}
${contentHtml('Body', requestBody?.content)}${contentHtml(`Answer ${status}`, answer?.content)}
<p>Errors: ${errors.map(escaped).join(', ')}.</p></article>`;
}

function parametersHtml(parameters: Entry['parameters']): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: where, required, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required ? ', required' : ''}</td><td><code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>Schema</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const contentHtml = (title: string, some: z.output<typeof content> | undefined): string =>
  Object.entries(some ?? {})
    .map(([media, { schema }]) => detailsHtml(`${title}: ${media}`, schema))
    .join('');

const schemasHtml = (schemas: Readonly<Record<string, unknown>>): string =>
  `<section id="shapes"><h2>Shared shapes</h2>${Object.entries(schemas)
    .map(([name, schema]) => detailsHtml(name, schema))
    .join('')}</section>`;

const detailsHtml = (title: string, schema: unknown): string =>
  `<details><summary>${escaped(title)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`;

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => ESCAPES[one] ?? one);
