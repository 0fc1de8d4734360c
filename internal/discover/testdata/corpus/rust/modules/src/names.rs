pub const SHIP: &str = "ship";
pub const DOMAIN: &'static str = "john";

pub mod inner {
    pub const PACK: &str = "pack";
}
