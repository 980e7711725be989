// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The part of ERC-721 that a watcher can mistake for money: `Transfer` has the topic of ERC-20's,
/// and a token id, as a fourth topic, where ERC-20 has its amount.
contract Nft {
    mapping(uint256 => address) public ownerOf;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    function mint(address to, uint256 tokenId) external {
        require(ownerOf[tokenId] == address(0), "minted");
        ownerOf[tokenId] = to;
        emit Transfer(address(0), to, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) external {
        require(ownerOf[tokenId] == from && msg.sender == from, "not the owner");
        ownerOf[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }
}
