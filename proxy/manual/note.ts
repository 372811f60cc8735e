/** What nginx's manual says about a directive beside its form: the default (`undefined` for those that have none), and how ours differs on purpose. */
export interface DirectiveNote {
  readonly default?: string;
  readonly differs?: string;
}

export const noEffect = 'read and checked, without effect: ';
