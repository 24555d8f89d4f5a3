import { ROLES, type Role } from '@tollgate/contract';
import { z } from 'zod';

const list = z.array(z.string());
const roles = z.array(z.enum(ROLES));

/** JSON columns are written by this service alone, yet read with a schema: the file may have been restored or edited. */
export const readJsonList = (text: string | null): readonly string[] =>
  text === null ? [] : list.parse(JSON.parse(text));

export const readRoles = (text: string): readonly Role[] => roles.parse(JSON.parse(text));
