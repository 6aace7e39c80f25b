// What jest loads before each test file: how often something is repeated goes by FAULTS (nx.json, the target `faults`).
globalThis.rounds = ({ test, short, long }) => {
  if (process.env.FAULTS === 'long') return long;
  return process.env.FAULTS === 'short' ? short : test;
};
