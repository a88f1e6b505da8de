import type { Template } from './assembly.ts';

/** What of a template stands by itself once resources of other types are gone, with whatever leads to them. */
export function partOf(template: Template, types: readonly string[]): Template {
  let resources = Object.entries(template.Resources).filter(([, { Type }]) => types.includes(Type));
  for (;;) {
    const ids = new Set(resources.map(([id]) => id));
    const left = resources.filter(([, { Properties }]) => referred(Properties).every((id) => ids.has(id)));
    if (left.length === resources.length) {
      return {
        Resources: Object.fromEntries(
          left.map(([id, { Type, Properties, DependsOn }]) => {
            const others = DependsOn?.filter((other) => ids.has(other)) ?? [];
            return [id, { Type, Properties, ...(others.length > 0 ? { DependsOn: others } : {}) }];
          }),
        ),
      };
    }
    resources = left;
  }
}

/** The ids that a value refers to. */
function referred(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Ref' in value && typeof value.Ref === 'string') return [value.Ref];
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return [String(value['Fn::GetAtt'][0])];
  return Object.values(value).flatMap(referred);
}
