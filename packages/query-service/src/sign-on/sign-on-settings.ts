import { ROLES } from '@tollgate/contract';
import { z } from 'zod';

const name = z.string().min(1).max(256);
const team = z.union([z.literal('*'), z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)]);

/** What a group of the provider is here. */
const right = z.strictObject({
  /** As the provider's claim names it. */
  group: name,
  roles: z.array(z.enum(ROLES).exclude(['agent'])).min(1),
  /** `['*']` is every team. */
  teams: z.array(team).min(1),
  /** Groups that a workflow file can name as `group:NAME`. */
  groups: z.array(z.string().regex(/^[a-z0-9_-]+$/)).default([]),
  /** Whether content may be read; where none of a person's groups says, that is left to the admins here. */
  reads_content: z.boolean().optional(),
});

/**
 * Sign-in of people by an OpenID Connect provider. With `rights`, the provider's groups are what gives roles and teams: they are
 * taken anew at each sign-in. Without, whoever signs in has to be known here.
 */
export const singleSignOn = z.strictObject({
  /** HTTPS, but for a provider on this machine. */
  issuer: z.url({ protocol: /^https?$/ }),
  client_id: name,
  client_secret: z.string().min(1).max(1024),
  /** Where the provider sends people back: `https://tollgate.example.com/sign-on/callback`. */
  redirect_url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).pathname === '/sign-on/callback', {
      error: 'ends in /sign-on/callback',
    }),
  scope: z.string().default('openid email profile'),
  /** The claim that lists the groups of a person. */
  groups_claim: name.default('groups'),
  rights: z.array(right).default([]),
  /** Whether somebody who is not known here, and has a group with a role, is added, or refused until an admin adds them. */
  unknown_people: z.enum(['add', 'refuse']).default('add'),
});
export type SingleSignOn = z.output<typeof singleSignOn>;
