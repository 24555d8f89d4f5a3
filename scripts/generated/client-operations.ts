import { describeApi } from '@tollgate/query-service';
import { z } from 'zod';
import { typeText } from './type-text.ts';

const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  summary: z.string(),
  parameters: z.array(
    z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), required: z.boolean(), schema }),
  ),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
type Operation = z.output<typeof operation>;
const description = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** The types of the client, from the very schemas that validate what the service takes and answers. */
export function clientOperations(): string {
  const { paths, components } = description.parse(describeApi());
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => operationText(`${method.toUpperCase()} ${path}`, each)),
  );
  const shared = Object.entries(components.schemas).map(
    ([name, each]) => `export type ${name} = ${typeText(each)};\n`,
  );
  return `// Generated from the routes of packages/query-service by \`npm run generate\`. Do not edit.

/** Every route of the API, by method and path. */
export interface Operations {
${operations.join('\n')}
}
${shared.length === 0 ? '' : `\n${shared.join('\n')}`}`;
}

function operationText(name: string, { summary, parameters, requestBody, responses }: Operation): string {
  const answer = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content;
  return `  /** ${summary} */
  '${name}': {
    readonly params: ${parametersText(parameters, 'path')};
    readonly query: ${parametersText(parameters, 'query')};
    readonly body: ${requestBody === undefined ? 'undefined' : contentText(requestBody.content)};
    readonly answer: ${answer === undefined ? 'undefined' : contentText(answer)};
  };`;
}

function parametersText(parameters: Operation['parameters'], where: 'path' | 'query'): string {
  const some = parameters.filter((each) => each.in === where);
  if (some.length === 0) return 'undefined';
  const properties = Object.fromEntries(some.map((each) => [each.name, each.schema]));
  const required = some.filter((each) => each.required).map(({ name }) => name);
  // What is undefined is not sent, so it may be said.
  return typeText({ type: 'object', properties, required }, '    ').replaceAll(
    /^( +readonly \w+\?: .*);$/gm,
    '$1 | undefined;',
  );
}

const contentText = (some: z.output<typeof content>): string =>
  typeText(Object.values(some)[0]?.schema, '    ');
