import { useSession } from '../api/session.ts';

/** Whether whoever is signed in has one of these roles. It only decides what is offered: the service decides what is done. */
export function useMay(...roles: readonly string[]): boolean {
  const { data } = useSession();
  return data?.roles.some((role) => roles.includes(role)) ?? false;
}
