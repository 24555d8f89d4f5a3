import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';

export const signOnApiRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/sign-in-options',
    summary: 'How people can sign in here',
    tag: 'session',
    access: 'public',
    response: z.object({
      /** Where to send a browser to sign in by the organisation's provider; null where there is none. */
      single_sign_on: z.string().nullable(),
    }),
    handle: async ({ deps }) => ({
      single_sign_on: deps.settings.single_sign_on === undefined ? null : '/sign-on',
    }),
  }),
];
