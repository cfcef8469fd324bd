//! What is given away can be waited for by any thread.

use agentflow::core::backup::Keep;
use agentflow_backup::{
    CreateOptions, DrillOptions, DrillServer, RestoreOptions, Trust, create, drill, fetch, list,
    prune, restore, restore_target, server_major, verify,
};

use crate::world::World;

fn assert_send<T: Send>(_: &T) {}

/// It need not run: that it compiles is the test.
#[expect(dead_code, reason = "only its types are looked at")]
fn futures_go_to_other_threads(
    world: &World,
    created: &agentflow_backup::Created,
    start: fn(u16) -> agentflow_backup::Result<DrillServer>,
    keep: &Keep,
) {
    let (config, store, programs) = (world.config(), &world.store, &world.programs);
    let (id, unsigned) = (&created.manifest.id, Trust::Unsigned);
    assert_send(&create(&config, store, programs, &CreateOptions::default(), &|_| {}));
    assert_send(&verify(store, id, &unsigned, None, &|_| {}));
    assert_send(&fetch(store, &created.manifest, None, world.home.path(), &|_| {}));
    let options = RestoreOptions::new(Trust::Unsigned);
    assert_send(&restore(&config, store, programs, id, &options, &|_| {}));
    assert_send(&restore_target(&config, None));
    let options = DrillOptions::new(Trust::Unsigned);
    assert_send(&drill(store, id, &options, start, &|_| {}));
    assert_send(&list(store));
    assert_send(&prune(store, keep, &Trust::Unsigned, id.begun_at(), true));
    assert_send(&server_major(&config));
}
