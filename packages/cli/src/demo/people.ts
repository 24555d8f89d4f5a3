/** The people of the demo's company. Each signs in with a token of their own; none decides for another. */
export const PEOPLE = {
  ada: { name: 'Ada Okafor', email: 'ada.okafor@demo.example', roles: ['owner'], teams: ['engineering'] },
  sam: { name: 'Sam Rivera', email: 'sam.rivera@demo.example', roles: ['owner'], teams: ['support'] },
  mei: { name: 'Mei Tanaka', email: 'mei.tanaka@demo.example', roles: ['owner'], teams: ['product'] },
  noor: { name: 'Noor Haddad', email: 'noor.haddad@demo.example', roles: ['owner'], teams: ['ops'] },
  lena: { name: 'Lena Fischer', email: 'lena.fischer@demo.example', roles: ['owner'], teams: ['sales'] },
  ravi: {
    name: 'Ravi Menon',
    email: 'ravi.menon@demo.example',
    roles: ['approver'],
    teams: ['support', 'ops', 'sales'],
  },
  joan: {
    name: 'Joan Silva',
    email: 'joan.silva@demo.example',
    roles: ['approver'],
    teams: ['support', 'ops'],
  },
  iris: { name: 'Iris Novak', email: 'iris.novak@demo.example', roles: ['reviewer'], teams: ['*'] },
} as const;

export type PersonName = keyof typeof PEOPLE;
