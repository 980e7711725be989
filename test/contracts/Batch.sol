// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Pays many recipients in one transaction, as exchanges do. The token transfers are logs of one
/// receipt; the native ones are internal calls, which only a trace shows.
contract Batch {
    function pay(address token, address[] calldata to, uint256[] calldata values) external {
        for (uint256 i = 0; i < to.length; i++) {
            (bool ok, ) = token.call(abi.encodeWithSignature("transfer(address,uint256)", to[i], values[i]));
            require(ok, "transfer failed");
        }
    }

    function payNative(address payable[] calldata to, uint256[] calldata values) external payable {
        for (uint256 i = 0; i < to.length; i++) {
            (bool ok, ) = to[i].call{value: values[i]}("");
            require(ok, "payment failed");
        }
    }

    receive() external payable {}
}
