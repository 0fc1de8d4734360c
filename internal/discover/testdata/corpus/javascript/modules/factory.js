export function plain(task, domain = "by-default") {
  return { taskDefName: task, domain, execute: async () => ({}) };
}

export const taken = ({ name, where: domain }) => ({
  taskDefName: name,
  domain,
  execute: async () => ({}),
});
// conductor
